/** Every kind of delivery there is, with what sends it. */
import type { DeliveryHandler } from './handler.ts';

export function deliveryHandlers(): readonly DeliveryHandler[] {
  return [];
}
