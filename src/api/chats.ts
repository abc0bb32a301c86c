/** `/v1/chats`: who takes a live chat now, and what becomes of it. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { listChats } from '../store/chats.ts';
import type { Db } from '../store/schema.ts';
import { callerIn, guard, ownerOf } from './auth.ts';
import { acceptChat, chatFor, endChat, passChat } from './chat-moves.ts';
import { type Begun, type ChatFrame, startChat } from './chat-start.ts';
import type { ApiDeps, ApiEnv, Caller } from './deps.ts';
import { currentOrNull } from './playbook-now.ts';
import { chatAcceptIn, chatEndIn, chatIn, chatOut, chatState, toChatOut } from './schemas/chats.ts';
import { idParam, json, jsonBody, listQuery, pageOf, problems, text } from './schemas/common.ts';
import { write } from './write.ts';

const tags = ['Chats'];

export function chatRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();
  const frameOf = async (caller: Caller): Promise<ChatFrame> => ({
    playbook: await currentOrNull(deps),
    now: deps.clock.now(),
    by: caller.by,
  });
  const answer = ({ chat, nudge }: Begun) => ({ status: 200 as const, body: toChatOut(chat), nudge });

  const create = createRoute({
    ...guard(deps, 'chats.create'),
    method: 'post',
    path: '/v1/chats',
    tags,
    summary: 'A visitor asks for a chat: who takes it now?',
    description:
      'Answered at once by the playbook’s `chat`: a rep, or the form. The same `id` is the same chat; with a `lead` it did not have, the visitor’s chats become that lead’s. Who has a chat open gets that one.',
    request: jsonBody(chatIn),
    responses: { 200: json(chatOut, 'Who takes it.'), ...problems(400, 404, 409, 413, 415, 422, 429) },
  });
  app.openapi(create, async (c) => {
    const frame = await frameOf(callerIn(c));
    const { status, body } = await write(c, deps, async (tx) =>
      answer(await startChat(tx, c.req.valid('json'), frame)),
    );
    return c.json(body, status);
  });

  const accept = createRoute({
    ...guard(deps, 'chats.accept'),
    method: 'post',
    path: '/v1/chats/{id}/accept',
    tags,
    summary: 'The rep takes the chat',
    description:
      'Accepts the offer that came with it; the talk is the first touch. 409 `chat-taken` names who has it, also to a rep it rang at before. A key that is no rep’s says who with `rep`; without, it is whoever it rings at now.',
    request: { params: idParam, ...jsonBody(chatAcceptIn, false) },
    responses: { 200: json(chatOut, 'The chat as it is now.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(accept, async (c) => {
    const caller = callerIn(c);
    const rep = ownerOf(caller) ?? c.req.valid('json')?.rep ?? null;
    const { status, body } = await move(c, (tx, chat, frame) => acceptChat(tx, chat, rep, frame), true);
    return c.json(body, status);
  });

  const unanswered = createRoute({
    ...guard(deps, 'chats.unanswered'),
    method: 'post',
    path: '/v1/chats/{id}/unanswered',
    tags,
    summary: 'The rep does not take the chat',
    description:
      'It goes on to the next by the same rules, else to the form. The clock does so when it has rung its time.',
    request: { params: idParam, ...jsonBody(z.strictObject({}), false) },
    responses: { 200: json(chatOut, 'Who takes it now.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(unanswered, async (c) => {
    const { status, body } = await move(c, passChat);
    return c.json(body, status);
  });

  const end = createRoute({
    ...guard(deps, 'chats.end'),
    method: 'post',
    path: '/v1/chats/{id}/end',
    tags,
    summary: 'The chat is over',
    description: 'Frees the rep’s place. One that nobody ends is ended by the clock after two hours.',
    request: { params: idParam, ...jsonBody(chatEndIn, false) },
    responses: { 200: json(chatOut, 'The chat as it is now.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(end, async (c) => {
    const given = c.req.valid('json') ?? {};
    const { status, body } = await move(c, (tx, chat, frame) => endChat(tx, chat, given, frame));
    return c.json(body, status);
  });

  const list = createRoute({
    ...guard(deps, 'chats.list'),
    method: 'get',
    path: '/v1/chats',
    tags,
    summary: 'List chats, newest first',
    description: 'A rep sees their own.',
    request: {
      query: z.strictObject({
        state: chatState.optional(),
        rep: text(320).optional(),
        lead: z.uuid().optional(),
        ...listQuery,
      }),
    },
    responses: { 200: json(pageOf(chatOut, 'ChatPage'), 'A page of chats.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const { state, rep, lead, ...rest } = c.req.valid('query');
    const own = ownerOf(callerIn(c));
    if (own !== null && rep !== undefined && rep !== own) return c.json({ items: [], next: null }, 200);
    const states = state === undefined ? undefined : [state];
    const page = await listChats(db, { ...rest, states, rep: own ?? rep, leadId: lead });
    return c.json({ items: page.items.map(toChatOut), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'chats.get'),
    method: 'get',
    path: '/v1/chats/{id}',
    tags,
    summary: 'One chat, with why it went where it did',
    request: { params: idParam },
    responses: { 200: json(chatOut, 'The chat.'), ...problems(404) },
  });
  app.openapi(get, async (c) => c.json(toChatOut(await chatFor(db, callerIn(c), c.req.valid('param').id)), 200));

  /** One of the moves, by whoever may. */
  async function move(
    c: Parameters<typeof callerIn>[0],
    act: (tx: Db, chat: Awaited<ReturnType<typeof chatFor>>, frame: ChatFrame) => Promise<Begun>,
    rang = false,
  ) {
    const caller = callerIn(c);
    const frame = await frameOf(caller);
    const id = c.req.param('id') ?? '';
    return write(c, deps, async (tx) => answer(await act(tx, await chatFor(tx, caller, id, rang), frame)));
  }
  return app;
}
