/** Endpoints and deliveries as the API shows them. */
import { z } from '@hono/zod-openapi';
import { EVENT_TYPES } from '../../core/events/kinds.ts';
import { iso } from '../../core/time.ts';
import type { Delivery } from '../../store/outbox.ts';
import { readJson } from '../../store/values.ts';
import { webhookPayload } from '../../store/webhook-events.ts';
import type { Webhook } from '../../store/webhooks.ts';
import { instantOut, isoOrNull, text } from './common.ts';
import { formatted } from './forms.ts';

const url = text(2_000).openapi({ ...formatted('webhook-url'), example: 'https://crm.example/hooks/volley' });
const events = z
  .array(z.enum(EVENT_TYPES))
  .min(1, 'must name at least one event')
  .transform((all) => [...new Set(all)])
  .openapi({ type: 'array', minItems: 1, items: { type: 'string', enum: [...EVENT_TYPES] } });
const name = text(200).openapi({ description: 'What it is for.' });

export const webhookIn = z.strictObject({ url, events, name: name.optional() }).openapi('WebhookInput');

export const webhookChange = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    name: name.optional(),
    enabled: z.boolean().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'must change something')
  .openapi('WebhookChange', { minProperties: 1 });

export const webhookOut = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    enabled: z.boolean(),
    disabledWhy: z.enum(['gone', 'failing', 'person']).nullable().openapi({
      description: '`gone`: it answered 410; `failing`: nothing arrived for 5 days; `person`: by this API.',
    }),
    failingSince: instantOut.nullable().openapi({ description: 'Null when the last attempt arrived.' }),
    rotatedAt: instantOut.nullable(),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .openapi('Webhook');

export const webhookMade = webhookOut
  .extend({ secret: z.string().openapi({ description: 'Checks signatures. Shown here only.' }) })
  .openapi('WebhookMade');

export const toWebhook = (webhook: Webhook): z.infer<typeof webhookOut> => ({
  id: webhook.id,
  name: webhook.name,
  url: webhook.url,
  events: [...webhook.events],
  enabled: webhook.enabled,
  disabledWhy: webhook.disabledWhy,
  failingSince: isoOrNull(webhook.failingSince),
  rotatedAt: isoOrNull(webhook.rotatedAt),
  createdAt: iso(webhook.createdAt),
  updatedAt: iso(webhook.updatedAt),
});

export const deliveryStates = z.enum(['waiting', 'sending', 'sent', 'dead']);

export const deliveryOut = z
  .object({
    id: z.string().openapi({ description: 'The header `webhook-id`, the same at every attempt.' }),
    type: z.string(),
    state: deliveryStates,
    attempts: z.number().int(),
    dueAt: instantOut.openapi({ description: 'Of the next attempt, or the last one.' }),
    answer: z.string().nullable().openapi({ description: 'Status and first bytes of what took it.' }),
    lastError: z.string().nullable(),
    createdAt: instantOut,
    doneAt: instantOut.nullable(),
    message: z
      .looseObject({ type: z.string(), timestamp: instantOut, data: z.looseObject({}) })
      .openapi({ description: 'The body that is sent.' }),
  })
  .openapi('WebhookDelivery');

export function toDeliveryOut(row: Delivery): z.infer<typeof deliveryOut> {
  const { message } = readJson(webhookPayload, row.payload, `outbox ${row.id} payload`);
  return {
    id: row.id,
    type: message.type,
    state: row.state,
    attempts: row.attempts,
    dueAt: iso(row.dueAt),
    answer: row.answer,
    lastError: row.lastError,
    createdAt: iso(row.createdAt),
    doneAt: isoOrNull(row.doneAt),
    message,
  };
}
