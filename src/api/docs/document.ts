/** The OpenAPI document: everything in it comes from the routes' own schemas. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import manifest from '../../../package.json' with { type: 'json' };
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { isGuarded, withAnswers } from './answers.ts';
import { eventWebhooks } from './webhooks.ts';

const schemaObject = z.looseObject({});
const parameter = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: schemaObject.optional(),
});
const content = z.record(z.string(), z.looseObject({ schema: schemaObject.optional() }));
const operation = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()).default([]),
  summary: z.string().default(''),
  description: z.string().optional(),
  parameters: z.array(parameter).default([]),
  requestBody: z.looseObject({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: content.optional() })),
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  'x-roles': z.array(z.string()).optional(),
});
const documentSchema = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), schemaObject).default({}) }),
});

export type Document = z.infer<typeof documentSchema>;
export type OperationObject = z.infer<typeof operation>;

/** The document of an app, with `Idempotency-Key` on every write that takes a key. */
export function documentOf(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): Document {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'hookToken', { type: 'apiKey', in: 'query', name: 'token' });
  const raw: unknown = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Volley',
      version: manifest.version,
      description:
        'Keeps a lead in play between marketing and sales. Errors are problem+json (RFC 9457); lists answer `{ items, next }`; writes take `Idempotency-Key`.',
    },
    servers: [{ url: deps.config.publicUrl }],
  });
  const document = documentSchema.parse(raw);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, one] of Object.entries(methods)) {
      if (method !== 'get' && isGuarded(one)) one.parameters.push(IDEMPOTENCY_KEY);
      methods[method] = withAnswers(path, method, one);
    }
  }
  return { ...document, webhooks: eventWebhooks() };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Yours, up to 255 characters: the same key and request answer the same again.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};
