/**
 * What time does to chats: one that has rung its time goes on to the next, and one nobody ended is
 * ended, so that no rep stays busy with nobody. A loop beside the API, as the sweeper is; two do no
 * harm, since every move looks again under the chat's lock.
 */
import { HOUR } from '../core/time.ts';
import { type Repeating, startRepeating } from '../repeat.ts';
import { getChat, overdueChats } from '../store/chats.ts';
import { transact } from '../store/tx.ts';
import { endChat, passChat } from './chat-moves.ts';
import type { Begun } from './chat-start.ts';
import type { ApiDeps } from './deps.ts';
import { currentOrNull } from './playbook-now.ts';
import { nudge } from './write.ts';

type SweepDeps = Pick<ApiDeps, 'database' | 'clock' | 'playbooks' | 'nudger' | 'log'>;

/** A chat nobody ended by then is over. */
export const FORGOTTEN_MS = 2 * HOUR;
const LIMIT = 200;

/** Sped up, whoever answers at once is hours late by the clock: that much real time is left to them, ms. */
const SPED_UP_GRACE_MS = 30_000;
const graceOf = ({ anchor }: SweepDeps['clock']): number => (anchor.factor > 1 ? SPED_UP_GRACE_MS * anchor.factor : 0);

/** One sweep; how many chats it moved. */
export async function sweepChats(deps: SweepDeps): Promise<number> {
  const { db } = deps.database;
  const now = deps.clock.now();
  const late = now - graceOf(deps.clock);
  const overdue = await overdueChats(db, { now: late, forgotten: late - FORGOTTEN_MS, limit: LIMIT });
  if (overdue.length === 0) return 0;
  const frame = { playbook: await currentOrNull(deps), now, by: 'clock' };
  const leads: string[] = [];
  for (const { id } of overdue) {
    const moved = await transact(db, async (tx): Promise<Begun | null> => {
      const chat = await getChat(tx, id);
      if (chat === null) return null;
      if (chat.startedAt <= late - FORGOTTEN_MS) return endChat(tx, chat, { forgotten: true }, frame);
      return passChat(tx, chat, frame, true);
    });
    leads.push(...(moved?.nudge ?? []));
  }
  await nudge(deps, leads);
  return overdue.length;
}

const INTERVAL_MS = 2_000;

/** Sweeps until stopped; a sweep that fails is logged and tried again. */
export const startChatSweeper = (deps: SweepDeps, intervalMs = INTERVAL_MS): Repeating =>
  startRepeating(() => sweepChats(deps), {
    everyMs: intervalMs,
    failed: (err) => deps.log.error({ err }, 'chats were not swept; it is tried again'),
  });
