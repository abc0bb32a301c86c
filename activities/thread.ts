/** The thread an email goes on in: what its run has sent before, by the ids leads have it under. */
import type { TouchRequest } from '../src/core/decision.ts';
import type { Playbook } from '../src/core/playbook.ts';
import type { Thread } from '../src/email/compose.ts';
import type { Db } from '../src/store/schema.ts';
import { sentInRun } from '../src/store/touches.ts';

/** Replies answer a message or two; a longer chain only makes headers long. */
const REFERENCES_MAX = 20;

/**
 * What an email with `thread: previous` goes on from; undefined when it has no such key, or nothing of
 * the run is known to have gone: it starts a thread of its own then.
 * @param domain what the mail service puts behind the `@` of its ids
 * @param subjectOf renders a subject that was not kept
 */
export async function threadOf(
  db: Db,
  touch: TouchRequest,
  { emails }: Playbook,
  { domain, subjectOf }: { readonly domain: string; readonly subjectOf: (email: string) => string },
): Promise<Thread | undefined> {
  if (emails[touch.email]?.thread !== 'previous') return undefined;
  const sent = await sentInRun(db, touch.enrollment, touch.id);
  // The latest that began a thread, and all that went on in it.
  const begins = sent.findLastIndex(({ email }) => emails[email]?.thread !== 'previous');
  const chain = sent.slice(Math.max(begins, 0));
  const first = chain[0];
  const last = chain.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const idOf = ({ sesMessageId }: { readonly sesMessageId: string }): string => `<${sesMessageId}@${domain}>`;
  return {
    inReplyTo: idOf(last),
    references: [first, ...chain.slice(1).slice(-(REFERENCES_MAX - 1))].map(idOf),
    subject: `Re: ${(first.subject ?? subjectOf(first.email)).replace(/^(?:re: )+/i, '')}`,
  };
}
