/** Every kind of delivery there is, with what sends it. */
import { isLoopback } from '../config.ts';
import { mailHandler } from '../notices/mail.ts';
import type { NoticeDeps } from '../notices/mailing.ts';
import type { DeliveryHandler } from './handler.ts';
import { webhookHandler } from './webhook/handler.ts';

export type DeliveryDeps = NoticeDeps;

export function deliveryHandlers(deps: DeliveryDeps): readonly DeliveryHandler[] {
  const { db, clock } = deps;
  const { secret, publicUrl } = deps.mail;
  // A stack that others reach at a local address is a local stack, and may call this machine.
  const allowed = { loopback: isLoopback(publicUrl) };
  return [mailHandler(deps), webhookHandler({ db, clock, secret, allowed })];
}
