/** Every kind of delivery there is, with what sends it. */
import { mailHandler, type NoticeDeps } from '../notices/mail.ts';
import type { DeliveryHandler } from './handler.ts';

export type DeliveryDeps = NoticeDeps;

export function deliveryHandlers(deps: DeliveryDeps): readonly DeliveryHandler[] {
  return [mailHandler(deps)];
}
