/**
 * A person whom a grep finds, through the whole stack: Temporal and the logs never learn anything of them,
 * and once they are erased nothing of ours does.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiClient } from '../../src/cli/client.ts';
import type { Clock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { putPlaybook } from '../../src/dev/first-start.ts';
import { type Stack, startStack } from '../../src/dev/stack.ts';
import { replyAddress } from '../../src/email/compose.ts';
import { signReplyToken } from '../../src/email/tokens.ts';
import { createLog } from '../../src/log.ts';
import { connectClient } from '../../src/temporal/client.ts';
import { ADDRESS, canaryRows, isCanary, liveThrough, type Way } from '../support/canary.ts';
import { PATIENCE } from '../support/temporal.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const { History } = proto.temporal.api.history.v1;

/** A Tuesday, 10:00 in London. */
const START = Date.parse('2026-11-24T10:00:00Z');

let home: string;
let stack: Stack;
let leadId: string;
let otherId: string;
let ahead = START - Date.now();
const lines: string[] = [];

/** Runs like the real one, from START; a test moves it ahead. */
const clock: Clock = {
  anchor: { real: 0, virtual: 0, factor: 1 },
  now: () => Date.now() + ahead,
  realUntil: (at) => Math.max(0, at - Date.now() - ahead),
};

const call: Way['call'] = async (what, { body, raw, type, headers = {} } = {}) => {
  const [method = 'GET', path = '/'] = what.split(' ');
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${stack.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.keys['admin']}`,
      ...(sent === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
};

const settled = async (id: string): Promise<void> => {
  const waiting = () =>
    stack.database.db.selectFrom('inbox').select('id').where('lead_id', '=', id).where('applied_seq', '=', 0).execute();
  await vi.waitUntil(async () => (await waiting()).length === 0, PATIENCE);
};

/** Raw histories of every run of every workflow there is, as text. */
async function histories(): Promise<Map<string, string>> {
  const client = await connectClient({ address: stack.temporal.address });
  try {
    const all = new Map<string, string>();
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      // As bytes: as JSON, payloads would be base64 and hide what is in them.
      all.set(`${workflowId} ${runId}`, Buffer.from(History.encode(history).finish()).toString());
    }
    return all;
  } finally {
    await client.connection.close();
  }
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'volley-privacy-'));
  const config = readConfig({ PORT: '0', VOLLEY_HOME: home });
  const log = createLog({ level: 'trace', format: 'json' }, { write: (line) => void lines.push(line) });
  stack = await startStack({ config, log, clock, passing: true });
  await putPlaybook(createApiClient(stack.url, stack.keys['admin']));
  const secret = (await readFile(join(home, 'secret'), 'utf8')).trim();
  ({ leadId, otherId } = await liveThrough({
    call,
    settled,
    hook: 'http://127.0.0.1:9/canary',
    imported: async (id) => {
      await vi.waitUntil(async () => (await call(`GET /v1/imports/${id}`)).body.state === 'done', PATIENCE);
    },
    replyAddress: (id) => replyAddress(signReplyToken(secret, id), 'reply.northwind.example'),
  }));
  // Five weeks on: what rested goes on, what is due to reps has gone out.
  ahead += 35 * DAY + 2 * HOUR;
  await vi.waitUntil(() => (stack.mailbox?.messages({ to: ADDRESS }).length ?? 0) > 0, { timeout: 60_000 });
});
afterAll(async () => {
  await stack?.stop();
  await rm(home, { recursive: true, force: true });
});

describe('while the person is there', () => {
  it('the store knows them; no history and no line of a log does', async () => {
    expect((await canaryRows(stack.database.db)).length).toBeGreaterThan(20);
    const all = await histories();
    expect([...all.values()].some((history) => history.includes(leadId))).toBe(true);
    expect([...all].filter(([, history]) => isCanary(history))).toEqual([]);
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter(isCanary)).toEqual([]);
  });
});

describe('once they are erased', () => {
  it('nothing in store, engine, logs, reports or what is known of others names them', async () => {
    const { status, body } = await call(`DELETE /v1/leads/${leadId}`);
    expect([status, body.state]).toEqual([200, 'erased']);
    expect(await canaryRows(stack.database.db)).toEqual([]);
    expect([...(await histories())].filter(([, history]) => isCanary(history))).toEqual([]);
    const other = await call(`GET /v1/leads/${otherId}/export`);
    expect([other.status, isCanary(JSON.stringify(other.body))]).toEqual([200, false]);
    for (const report of ['funnel', 'meeting', 'sla', 'pipeline', 'contacts', 'content-gaps', 'health']) {
      expect([report, isCanary(JSON.stringify((await call(`GET /v1/reports/${report}`)).body))]).toEqual([
        report,
        false,
      ]);
    }
    expect(lines.filter(isCanary)).toEqual([]);
  });
});
