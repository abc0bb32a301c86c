/** The mailbox over HTTP: SES's wire for the SDK, a JSON interface for tests, pages for people. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import { identitiesSchema, identityXml } from './account.ts';
import { EVENT_MODES, MODE_NAMES } from './modes.ts';
import { listPage, messagePage, type Neighbours, notFoundPage, PAGE_HEADERS } from './pages.ts';
import { peopleIn, peoplePage, personPage } from './people.ts';
import { errorXml, members, readRawEmail, regionOf, resultXml } from './query.ts';
import type { MailboxCore, MailboxMessage } from './types.ts';
import { readMail } from './view.ts';

const controlSchema = z.strictObject({
  mode: z.enum(MODE_NAMES).optional(),
  count: z.number().int().positive().optional(),
  delayMs: z.number().int().min(0).max(60_000).optional(),
  events: z.enum(EVENT_MODES).optional(),
  release: z.boolean().optional(),
  sendingEnabled: z.boolean().optional(),
  identities: identitiesSchema.optional(),
  quota: z
    .strictObject({ perSecond: z.number().positive(), per24Hours: z.number().int().min(0) })
    .partial()
    .transform(({ perSecond, per24Hours }) => ({
      ...(perSecond === undefined ? {} : { perSecond }),
      ...(per24Hours === undefined ? {} : { per24Hours }),
    }))
    .optional(),
});

/** SES takes 10 MB after base64 in v1; form encoding adds a little. */
const LONGEST_BODY = 16 * 1024 * 1024;
const PAGE = 50;

export function createHandler(core: MailboxCore): RequestListener {
  return (request, response) => {
    handle(core, request, response).catch((error: unknown) => {
      if (!response.headersSent) json(response, 500, { error: error instanceof Error ? error.message : String(error) });
      else response.destroy();
    });
  };
}

async function handle(core: MailboxCore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mailbox');
  const route = `${request.method} ${url.pathname}`;
  // A web page of somebody else must not steer it; the SDK and tests send no Origin.
  const { origin, host } = request.headers;
  if (request.method !== 'GET' && origin !== undefined && origin !== `http://${host}`) {
    json(response, 403, { error: 'not from another site' });
    return;
  }
  if (route === 'POST /') await ses(core, request, response);
  else if (route === 'GET /') page(response, 200, listPage(listing(core, url)));
  else if (route === 'GET /people') page(response, 200, peoplePage(peopleIn(core.messages())));
  else if (request.method === 'GET' && url.pathname.startsWith('/people/')) person(core, response, url);
  else if (route === 'GET /messages') json(response, 200, jsonListing(core, url));
  else if (route === 'DELETE /messages') {
    await core.clear();
    response.writeHead(204).end();
  } else if (route === 'GET /touches') json(response, 200, touches(core));
  else if (route === 'GET /control') json(response, 200, core.status());
  else if (route === 'POST /control') await control(core, request, response);
  else await one(core, request, response, url.pathname);
}

function person(core: MailboxCore, response: ServerResponse, url: URL): void {
  const address = decoded(url.pathname.slice('/people/'.length));
  const messages = address === undefined ? [] : core.messages({ to: address });
  if (address === undefined || messages.length === 0) page(response, 404, notFoundPage());
  else page(response, 200, personPage(address, messages));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** SES's Query protocol. */
async function ses(core: MailboxCore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await readBody(request));
  const action = form.get('Action');
  const requestId = randomUUID();
  if (action === 'GetSendQuota') {
    const { perSecond, per24Hours, sentLast24Hours } = core.status().quota;
    const numbers = `<Max24HourSend>${per24Hours}</Max24HourSend><MaxSendRate>${perSecond}</MaxSendRate><SentLast24Hours>${sentLast24Hours}</SentLast24Hours>`;
    xml(response, 200, resultXml(action, numbers, requestId));
    return;
  }
  const about = action === null ? undefined : aboutAccount(core, action, form);
  if (action !== null && about !== undefined) {
    xml(response, 200, resultXml(action, about, requestId));
    return;
  }
  if (action !== 'SendRawEmail') {
    const message = `The mailbox does not speak ${action ?? 'a request without an Action'}.`;
    xml(response, 400, errorXml({ status: 400, code: 'InvalidAction', message }, requestId));
    return;
  }
  const email = readRawEmail(form, regionOf(request.headers.authorization));
  if ('code' in email) {
    xml(response, email.status, errorXml(email, requestId));
    return;
  }
  const { behaviour, messageId } = await core.send(email);
  const { answer } = behaviour;
  if (answer.kind === 'result') xml(response, 200, resultXml(action, `<MessageId>${messageId}</MessageId>`, requestId));
  else if (answer.kind === 'error') xml(response, answer.status, errorXml(answer, requestId));
  else if (answer.kind === 'drop') request.socket.destroy();
}

function aboutAccount(core: MailboxCore, action: string, form: URLSearchParams): string | undefined {
  const { sendingEnabled, identities } = core.status();
  if (action === 'GetAccountSendingEnabled') return `<Enabled>${sendingEnabled}</Enabled>`;
  const asked = members(form, 'Identities').filter((domain) => /^[A-Za-z0-9.@_+-]{1,320}$/.test(domain));
  return identityXml(action, asked, identities);
}

async function control(core: MailboxCore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const read = controlSchema.safeParse(parseJson(await readBody(request)));
  if (!read.success) {
    json(response, 422, { error: z.prettifyError(read.error) });
    return;
  }
  const { mode, count, delayMs, events, release, quota, sendingEnabled, identities } = read.data;
  json(
    response,
    200,
    core.control({
      ...(mode === undefined ? {} : { mode }),
      ...(count === undefined ? {} : { count }),
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(events === undefined ? {} : { events }),
      ...(release === undefined ? {} : { release }),
      ...(quota === undefined ? {} : { quota }),
      ...(sendingEnabled === undefined ? {} : { sendingEnabled }),
      ...(identities === undefined ? {} : { identities }),
    }),
  );
}

/** What concerns one message. */
async function one(core: MailboxCore, request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const [, area = '', id = '', verb = ''] =
    /^\/(m|messages)\/([A-Za-z0-9-]+)(?:\/(raw|bounce|complaint))?$/.exec(path) ?? [];
  const message = core.get(id);
  const raw = message === undefined || request.method !== 'GET' ? null : await core.raw(id);
  const route = `${request.method} ${area}/${verb}`;
  if (message === undefined) {
    if (area === 'messages' || request.method !== 'GET') json(response, 404, { error: 'no such message' });
    else page(response, 404, notFoundPage());
  } else if (route === 'GET m/' && raw !== null)
    page(response, 200, messagePage(message, await readMail(raw), around(core, message)));
  else if (route === 'GET messages/') json(response, 200, message);
  else if (route === 'GET messages/raw' && raw !== null) {
    // text/plain with nosniff: a browser shows it and runs nothing of it.
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
      .end(raw);
  } else if (route === 'POST messages/bounce') {
    const options = z
      .strictObject({ permanent: z.boolean().default(true) })
      .safeParse(parseJson((await readBody(request)) || '{}'));
    if (options.success) json(response, 202, { published: core.bounce(id, options.data.permanent) });
    else json(response, 422, { error: z.prettifyError(options.error) });
  } else if (route === 'POST messages/complaint') json(response, 202, { published: core.complain(id) });
  else json(response, 405, { error: 'no such operation' });
}

function around(core: MailboxCore, message: MailboxMessage): Neighbours {
  const [to = ''] = message.to;
  const thread = core.messages({ to });
  const at = thread.findIndex(({ id }) => id === message.id);
  return { older: thread[at - 1], newer: thread[at + 1] };
}

function filterOf(url: URL) {
  const [to, touch, q] = ['to', 'touch', 'q'].map((name) => url.searchParams.get(name) ?? undefined);
  return {
    ...(to === undefined ? {} : { to }),
    ...(touch === undefined ? {} : { touch }),
    ...(q === undefined ? {} : { q }),
  };
}

/** Oldest first, as they came: what tests compare. */
function jsonListing(core: MailboxCore, url: URL) {
  const all = core.messages(filterOf(url));
  const limit = Math.min(1_000, positive(url.searchParams.get('limit'), 100));
  const from = positive(url.searchParams.get('cursor'), 0);
  const items = all.slice(from, from + limit);
  return { total: all.length, items, next: from + limit < all.length ? String(from + limit) : null };
}

/** Newest first, as people read mail. */
function listing(core: MailboxCore, url: URL) {
  const all = core.messages(filterOf(url)).reverse();
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  const number = Math.min(pages, Math.max(1, positive(url.searchParams.get('page'), 1)));
  return {
    messages: all.slice((number - 1) * PAGE, number * PAGE),
    total: all.length,
    page: number,
    pages,
    q: url.searchParams.get('q') ?? '',
    status: core.status(),
  };
}

function touches(core: MailboxCore) {
  const counts = [...core.touchCounts()];
  return {
    distinct: counts.length,
    messages: core.count,
    repeated: counts.filter(([, count]) => count > 1).map(([touch, count]) => ({ touch, count })),
  };
}

function positive(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > LONGEST_BODY) throw new Error('the request is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function xml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function page(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, PAGE_HEADERS).end(body);
}
