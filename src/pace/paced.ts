/** A sender for what is no touch: mails to our own people go under the same quota, ahead of bulk. */
import { SendRefused } from '../email/errors.ts';
import type { Sender } from '../email/sender.ts';
import { type Pacer, URGENCY } from './pacer.ts';

/** Waits for its turn before each send. `SendRefused` when that does not come: it is tried again later. */
export function pacedSender(sender: Sender, pacer: Pick<Pacer, 'permit'>): Sender {
  return {
    ...sender,
    async send(message) {
      const leave = await pacer.permit(URGENCY.urgent);
      if (leave.kind === 'late')
        throw new SendRefused('throttled', 'no turn came in time', { first: 2_000, max: 300_000 });
      if (leave.kind === 'exhausted') {
        throw new SendRefused('daily-quota', 'the quota of 24 hours is used up', { first: 900_000, max: 7_200_000 });
      }
      try {
        return await sender.send(message);
      } finally {
        leave.done(true);
      }
    },
  };
}
