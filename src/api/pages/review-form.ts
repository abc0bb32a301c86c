/** An email that a rep is to look at, and the two ways to let it go; it stands as text: a page of ours shows no other's markup. */
import type { DraftEmail } from '../drafts.ts';
import { EMPTY, type Html, html } from './html.ts';

/** @param given what was typed before, when something in it was wrong */
export function reviewForms(draft: DraftEmail, given: URLSearchParams | undefined): Html {
  const { from, subject, text, edit } = draft;
  const typed = (name: 'subject' | 'text'): string => given?.get(name) ?? edit[name];
  return html`<h2>${subject}</h2>
<p><small>From ${from.name} &lt;${from.address}&gt;, as it would go now</small></p>
<div class="draft">${text}</div>
<form method="post"><input type="hidden" name="disposition" value="send">
<button type="submit">Send it</button></form>
<details${given?.get('disposition') === 'edit' ? html` open` : EMPTY}><summary>Change it, then send it</summary>
<form method="post"><input type="hidden" name="disposition" value="edit">
<label for="subject">Subject</label><input id="subject" name="subject" maxlength="200" value="${typed('subject')}">
<label for="text">Text (Markdown)</label><textarea id="text" name="text" rows="16" required maxlength="20000">
${typed('text')}</textarea>
<p><small>The footer with the address and the unsubscribe link is added as always.</small></p>
<button type="submit">Send it like this</button></form></details>
`;
}
