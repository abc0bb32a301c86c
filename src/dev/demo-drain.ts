/** Waits until everything that was due by the end of a run has happened. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Instant } from '../core/time.ts';
import type { Db } from '../store/db.ts';
import { at } from '../store/values.ts';

const LOOK_MS = 200;
/** Looks in a row that find nothing: what one part has done may be on its way to the next. */
const QUIET_LOOKS = 5;

/** What is still to happen, in words; undefined when nothing is. */
async function unfinished(db: Db, until: Instant): Promise<string | undefined> {
  const count = async (query: Promise<{ n: number } | undefined>): Promise<number> => (await query)?.n ?? 0;
  const sending = await count(
    db
      .selectFrom('touches')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('state', '=', 'sending')
      .executeTakeFirst(),
  );
  if (sending > 0) return `${sending} touches are on their way`;
  const inputs = await count(
    db
      .selectFrom('inbox')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('applied_seq', '=', 0)
      // What a machine did (an opened mail) wakes nobody and waits for the lead's next wake.
      .where('body', 'not like', '%"human":false%')
      .where('at', '<=', at(until))
      .executeTakeFirst(),
  );
  if (inputs > 0) return `${inputs} inputs wait`;
  const due = await count(
    db
      .selectFrom('lead_states')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('held', 'is', null)
      .where('due_at', '<=', at(until))
      .executeTakeFirst(),
  );
  return due > 0 ? `${due} leads are due and do not move` : undefined;
}

/**
 * @param busy whether the people around have something under way
 * @returns what was still to happen when `timeoutMs` were over; undefined when nothing was.
 */
export async function drain(
  db: Db,
  until: Instant,
  busy: () => boolean,
  timeoutMs: number,
): Promise<string | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (let quiet = 0; ; ) {
    const left = busy() ? 'people are still answering' : await unfinished(db, until);
    quiet = left === undefined ? quiet + 1 : 0;
    if (quiet >= QUIET_LOOKS) return undefined;
    if (Date.now() > deadline) return left ?? 'it did not settle';
    await delay(LOOK_MS);
  }
}
