/** Mail by person: who has got some, and all that one person got, as a line through time. */
import { clock, count, dayOf, esc, frame, grouped, monthOf, personHref, shortDay } from './frame.ts';
import type { MailboxMessage } from './types.ts';

export interface Person {
  readonly address: string;
  readonly messages: number;
  /** The newest one. */
  readonly last: MailboxMessage;
}

/** Whoever got mail last comes first. */
export function peopleIn(messages: readonly MailboxMessage[]): Person[] {
  const found = new Map<string, Person>();
  for (const message of messages) {
    for (const address of message.to) {
      const key = address.toLowerCase();
      found.set(key, { address: key, messages: (found.get(key)?.messages ?? 0) + 1, last: message });
    }
  }
  return [...found.values()].toSorted((a, b) => b.last.at - a.last.at);
}

export function peoplePage(people: readonly Person[]): string {
  const row = ({ address, messages, last }: Person) =>
    `<li><a href="${esc(personHref(address))}"><span>${esc(address)}</span><span class="subject">${esc(last.subject || '(no subject)')}</span><span class="soft">${count(messages, 'message')}, last ${shortDay(last.at)}</span></a></li>`;
  const list =
    people.length === 0
      ? '<p class="empty">Nobody has got mail yet.</p>'
      : `<ul class="rows people">${people.map(row).join('')}</ul>`;
  return frame('People', `<h1>People</h1><div class="card">${list}</div>`, { view: 'people' });
}

/** Newest first, a heading for every month. A page must stay one that a browser shows at once. */
const MOST_SHOWN = 500;

/** @param messages oldest first, as the mailbox has them */
export function personPage(address: string, messages: readonly MailboxMessage[]): string {
  const [first] = messages;
  const last = messages.at(-1);
  const shown = messages.slice(-MOST_SHOWN).toReversed();
  const entry = (message: MailboxMessage) => {
    const cadence = message.tags['cadence'];
    const chip = cadence === undefined ? '' : `<span class="chip">${esc(cadence)}</span> `;
    return `<li><a href="/m/${esc(message.id)}">${esc(message.subject || '(no subject)')}</a><p>${shortDay(message.at)}, ${clock(message.at)} ${chip}${esc(message.from)}</p></li>`;
  };
  const months = grouped(shown, ({ at }) => monthOf(at)).map(
    ([month, entries]) =>
      `<h2 class="day">${month} <span class="chip">${entries.length}</span></h2><ol class="line">${entries.map(entry).join('')}</ol>`,
  );
  const span =
    first === undefined || last === undefined
      ? 'No mail.'
      : `${count(messages.length, 'message')}, ${dayOf(first.at)} to ${dayOf(last.at)}. Times are UTC.${messages.length > MOST_SHOWN ? ` The newest ${MOST_SHOWN} are shown.` : ''}`;
  const card = months.length === 0 ? '<p class="empty">Nobody of this address has got mail.</p>' : months.join('');
  return frame(address, `<h1>${esc(address)}</h1><p class="soft">${span}</p><div class="card">${card}</div>`, {
    view: 'people',
  });
}
