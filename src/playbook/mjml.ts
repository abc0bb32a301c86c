/** The compiled body of an email in MJML: made once for each file that was read. */
import { type CompiledMjml, compileMjml } from '../email/mjml/compile.ts';
import type { EmailFile } from './frontmatter.ts';

const made = new WeakMap<EmailFile, CompiledMjml | 'unreadable'>();

/** Undefined for Markdown, and for Liquid that cannot be read, which its own check says. */
export function mjmlOf(email: EmailFile): CompiledMjml | undefined {
  if (email.format !== 'mjml' || email.body.trim() === '') return undefined;
  let found = made.get(email);
  if (found === undefined) {
    try {
      found = compileMjml(email.body);
    } catch {
      found = 'unreadable';
    }
    made.set(email, found);
  }
  return found === 'unreadable' ? undefined : found;
}
