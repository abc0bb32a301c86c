/** `webhooks` of the OpenAPI document: what we send, from the schemas of the events. */
import { z } from 'zod';
import { EVENTS } from '../../core/events/kinds.ts';
import { type Html, html, prose } from '../pages/html.ts';
import { membersOf } from './schema-view.ts';

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const HEADERS = [
  header('webhook-id', 'The same at every attempt: what you have seen before is a repeat.'),
  header('webhook-timestamp', 'When this attempt was made, in Unix seconds.'),
  header(
    'webhook-signature',
    'After the Standard Webhooks specification: `v1,` and the HMAC-SHA256 over `ID.TIMESTAMP.BODY` in base64; two of them, with a space between, for a day after the secret was rotated.',
  ),
];

const messageOf = (type: string, data: z.ZodType) => {
  const message = z.strictObject({
    type: z.literal(type),
    timestamp: z.iso.datetime().describe('When it happened.'),
    data,
  });
  const { $schema: _, ...schema } = z.toJSONSchema(message);
  return schema;
};

const SCHEMAS = Object.entries(EVENTS).map(([type, { is, data }]) => ({ type, is, schema: messageOf(type, data) }));

/** One POST an event. */
export const eventWebhooks = () =>
  Object.fromEntries(
    SCHEMAS.map(({ type, is, schema }) => [
      type,
      {
        post: {
          operationId: `event.${type}`,
          tags: ['Events'],
          summary: is,
          parameters: HEADERS,
          requestBody: { required: true, content: { 'application/json': { schema } } },
          responses: {
            '2XX': { description: 'Taken. Anything else, and no answer within 15 seconds, is tried again.' },
            '410': { description: 'Not wanted any more: the endpoint is turned off.' },
          },
        },
      },
    ]),
  );

/** The events as a section of the page. */
export const eventSection = (): Html => html`<section id="events"><h2>Events</h2>
<p>What <a href="#webhooks.create">endpoints</a> are sent: <code>{ type, timestamp, data }</code>, signed after the Standard Webhooks specification. In any order; <code>data.seq</code> is the order of a lead.</p>
${SCHEMAS.map(
  ({ type, is, schema }) => html`<article id="event.${type}"><h3><code>${type}</code></h3>
<p>${prose(is)}</p><details><summary>Members</summary>${membersOf(schema, {})}</details></article>`,
)}</section>`;
