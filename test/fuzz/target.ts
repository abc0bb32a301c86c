/** What is fuzzed: the whole local stack with the example in it, and something of each kind to ask for. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type ApiClient, createApiClient } from '../../src/cli/client.ts';
import { readReps } from '../../src/cli/people.ts';
import { readConfig } from '../../src/config.ts';
import { EXAMPLE, putExample } from '../../src/dev/first-start.ts';
import { startStack } from '../../src/dev/stack.ts';
import { createLog } from '../../src/log.ts';
import { type Role, roleSchema } from '../../src/store/keys.ts';

export interface Target {
  readonly url: string;
  readonly keys: Readonly<Record<Role, string>>;
  /** Ids of what is there, by the part of the path before them (`leads`, `tasks`, …). */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  /** A real cursor, by the path of its list. */
  readonly cursors: Readonly<Record<string, string>>;
  /** Roles whose key no longer opens the API: a run that lost its key has tried nothing. */
  rolesLost(): Promise<readonly Role[]>;
  close(): Promise<void>;
}

const page = z.object({ items: z.array(z.looseObject({ id: z.string() })), next: z.string().nullable() });
const LISTS = ['leads', 'tasks', 'enrollments', 'accounts', 'deals', 'chats', 'reps', 'imports', 'webhooks', 'keys'];
/** Ids of each kind, at most. */
const IDS = 20;
/** Leads handed over, so that there are tasks. */
const OFFERED = 12;
const TASKS_WITHIN_MS = 120_000;

const idsOf = async (api: ApiClient, list: string): Promise<string[]> =>
  (await api.ask(`/v1/${list}?limit=${IDS}`, page)).items.map((one) => one.id);

const post = (api: ApiClient, path: string, json: unknown): Promise<unknown> =>
  api.ask(path, z.unknown(), { method: 'POST', json });

/** Starts it; what goes wrong inside is written to `logFile`. Workers have ended before the fuzzing: nothing is called from here. */
export async function startTarget(logFile: string): Promise<Target> {
  const home = await mkdtemp(join(tmpdir(), 'volley-fuzz-'));
  const reps = (await readReps(join(EXAMPLE, 'reps.yaml'))).map((rep) => rep.id);
  const output = await open(logFile, 'a');
  const stack = await startStack({
    config: readConfig({ PORT: '0', VOLLEY_HOME: home, VOLLEY_TEMPORAL_BIN: process.env['VOLLEY_TEMPORAL_BIN'] }),
    log: createLog({ level: 'warn', format: 'json' }, { write: (line) => void output.write(line) }),
    passing: true,
    reps,
  });
  const close = async (): Promise<void> => {
    await stack.stop();
    await output.close();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await putExample(stack.database.db, stack.url, stack.keys['admin'] ?? '');
    const api = createApiClient(stack.url, stack.keys['admin']);
    await fill(api, reps);
    await stack.stopWorkers();
    const ids = Object.fromEntries(
      await Promise.all(LISTS.map(async (list) => [list, await idsOf(api, list)] as const)),
    );
    const keys = Object.fromEntries(roleSchema.options.map((role) => [role, stack.keys[role] ?? '']));
    return {
      url: stack.url,
      keys: z.record(roleSchema, z.string()).parse(keys),
      // Keys made to be revoked: never the ones the run itself uses.
      ids: { ...ids, keys: await spareKeys(api), cadences: ['evaluation-guide', 'keep-warm'] },
      cursors: await cursorsOf(api, ids),
      rolesLost: () => rolesLost(stack.url, keys),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Handoffs, a deal, chats, webhooks: so that a call about one finds one. */
async function fill(api: ApiClient, reps: readonly string[]): Promise<void> {
  const leads = await idsOf(api, 'leads');
  for (const id of leads.slice(0, OFFERED)) await post(api, '/v1/handoffs', { lead: { id }, handoff: 'hot' });
  for (const [n, id] of leads.slice(0, 3).entries()) {
    await post(api, '/v1/deals', {
      id: `deal-${n}`,
      leads: [{ id }],
      amount: 1_000,
      currency: 'EUR',
      stage: 'proposal',
    });
    await post(api, '/v1/chats', { id: `chat-${n}`, lead: { id }, page: '/pricing' });
    await post(api, '/v1/webhooks', { url: `http://127.0.0.1:9/${n}`, events: ['task.opened'] });
  }
  if (reps.length === 0) throw new Error('the example has no reps');
  for (const until = Date.now() + TASKS_WITHIN_MS; (await idsOf(api, 'tasks')).length < OFFERED / 2; await pause(200)) {
    if (Date.now() > until) throw new Error('no tasks opened: nothing to answer');
  }
}

/** Lists that have a second page; the lists below one thing are asked of the first of its kind. */
async function cursorsOf(
  api: ApiClient,
  ids: Readonly<Record<string, readonly string[]>>,
): Promise<Record<string, string>> {
  const paths = [...LISTS, 'leads/duplicates', 'suppressions'].map((list) => `/v1/${list}`);
  const below = [
    ['leads', 'journal'],
    ['webhooks', 'deliveries'],
  ] as const;
  const asked = [
    ...paths.map((path) => [path, path] as const),
    ...below.map(([list, part]) => [`/v1/${list}/{id}/${part}`, `/v1/${list}/${ids[list]?.[0]}/${part}`] as const),
  ];
  const anyPage = z.looseObject({ next: z.string().nullable() });
  const found = asked.map(async ([path, at]) => [path, (await api.ask(`${at}?limit=1`, anyPage)).next] as const);
  const known = (await Promise.all(found)).flatMap(([path, next]) => (next === null ? [] : [[path, next] as const]));
  return Object.fromEntries(known);
}

async function spareKeys(api: ApiClient): Promise<string[]> {
  const made = z.object({ id: z.string() });
  const one = () => api.ask('/v1/keys', made, { method: 'POST', json: { role: 'manager', label: 'spare' } });
  return Promise.all(Array.from({ length: IDS }, async () => (await one()).id));
}

async function rolesLost(url: string, keys: Readonly<Record<string, string>>): Promise<Role[]> {
  const answers = roleSchema.options.map(async (role) => {
    const response = await fetch(`${url}/v1/leads?limit=1`, { headers: { authorization: `Bearer ${keys[role]}` } });
    return response.ok ? [] : [role];
  });
  return (await Promise.all(answers)).flat();
}
