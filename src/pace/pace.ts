/** The pace of sending, whole: what a worker needs of it. */
import type { Sender } from '../email/sender.ts';
import { type KeeperOptions, startKeeper } from './keeper.ts';
import { pacedSender } from './paced.ts';
import { createPacer, type Pacer } from './pacer.ts';

export interface Pace {
  readonly pacer: Pacer;
  /** For what is no touch: waits for its turn by itself. */
  readonly sender: Sender;
  /** Reads the quota and sets the limits now; the loop does so by itself. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Reads the quota, sets the queue's limit and keeps both true until stopped. When the mail service does not
 * answer, what was read last counts; without any, one message a second until it does.
 * @returns undefined under a sped-up clock: a day of mail goes in two seconds there, and quotas count in real time
 */
export async function startPace(options: KeeperOptions & { readonly sender: Sender }): Promise<Pace | undefined> {
  const { clock, db, log, sender } = options;
  if (clock.anchor.factor > 1) return undefined;
  const keeper = startKeeper(options);
  await keeper
    .look()
    .catch((err: unknown) => log.error({ err }, 'the quota of the mail service could not be read or set'));
  const pacer = createPacer({ db, log });
  return {
    pacer,
    sender: pacedSender(sender, pacer),
    look: keeper.look,
    async stop() {
      await keeper.stop();
      await pacer.close();
    },
  };
}
