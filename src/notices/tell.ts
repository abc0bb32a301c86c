/** The mail of what has happened: one thing in full, or several in one. */

import type { Playbook } from '../core/playbook.ts';
import type { Recipient } from '../core/recipient.ts';
import { forgetNotices, takeNotices } from '../store/notices.ts';
import { transact } from '../store/tx.ts';
import type { Mailing, NoticeDeps } from './mailing.ts';
import { NEWS_SHOWN, type News, readNews } from './news.ts';
import { type Person, personOfRecipient } from './people.ts';
import { type Told, tell } from './words.ts';

/** Told with all there is to know up to this many; of more, the mail says what and what to do. */
const IN_FULL = 5;

/** @param mail id of the outbox row: what it took before, it tells again */
export async function mailNotices(
  { db, clock, playbooks, mail: links }: NoticeDeps,
  playbook: Playbook,
  recipient: Recipient,
  mail: string,
): Promise<Mailing> {
  const now = clock.now();
  const rows = await transact(db, async (tx) => {
    await forgetNotices(tx, recipient, now);
    return takeNotices(tx, recipient, mail);
  });
  if (rows.length === 0) return { skip: 'told already' };
  const person = await personOfRecipient(db, recipient, { playbook, now });
  if ('nobody' in person) return { skip: person.nobody };
  const news = await readNews(db, playbooks, rows.slice(0, NEWS_SHOWN), recipient);
  const [first] = news;
  if (first === undefined) return { skip: 'dealt with meanwhile' };
  const told: Told[] = [];
  for (const one of news) told.push(await tell(db, one, { person, links, playbook, now }, news.length <= IN_FULL));
  const subject = told[0]?.subject ?? '';
  const more = rows.length - NEWS_SHOWN;
  const rest = { title: `And ${more} more`, lines: ['Your list of tasks has them all.'] };
  return {
    to: person,
    content: {
      subject: told.length === 1 ? subject : `${told.length} things for you: ${subject}`,
      sections: [...told.map(({ section }) => section), ...(more > 0 ? [rest] : [])],
      footer: footerOf(playbook),
    },
    thread: news.length === 1 ? threadOf(first) : undefined,
    replyTo: replyTo(news, person, playbook),
  };
}

export const footerOf = ({ company }: Playbook): string =>
  `Sent by Volley for ${company.name}. Whether you get each notice, a digest or nothing is set with your working hours.`;

/** What is about one task is one thread, else what is about one lead. */
const threadOf = ({ task, lead }: News): string => (task === undefined ? `lead-${lead.id}` : `task-${task.id}`);

/** The manager of the pool, else who agreed on the playbook for sales: never the lead. */
function replyTo(news: readonly News[], person: Person, { pools, agreed }: Playbook): string | undefined {
  const pool = news.find(({ task }) => task?.pool)?.task?.pool;
  const manager =
    pools.find(({ id }) => id === pool)?.manager ?? pools.find(({ reps }) => reps.includes(person.id))?.manager;
  return manager === undefined || manager === person.id ? agreed?.sales : manager;
}
