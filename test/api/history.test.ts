/** `GET /v1/history`, and `volley simulate --store`, which plays it again. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { agreementOf } from '../../src/core/agreement.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import { simulate } from '../../src/core/simulate.ts';
import { leadOf, type RecordedLead, recordedLeadSchema } from '../../src/core/simulated-history.ts';
import { DAY, HOUR, iso, MINUTE } from '../../src/core/time.ts';
import { ROOT, volley } from '../cli/run.ts';
import { openApi, START, type TestApi } from './support/api.ts';

let api: TestApi;
let http: HttpServer;
let scratch: string;
beforeAll(async () => {
  api = await openApi();
  http = await listen((request) => api.app.fetch(request), { host: '127.0.0.1', port: 0 });
  scratch = await mkdtemp(join(tmpdir(), 'volley-history-'));
});
afterAll(async () => {
  await http?.close();
  await api?.close();
  await rm(scratch, { recursive: true, force: true });
});

const historyOf = async (leadId: string): Promise<RecordedLead> => {
  const { body } = await api.call('GET /v1/history?journal=true&limit=100');
  const found = body.items.find((item: { lead: { id: string } }) => item.lead.id === leadId);
  return recordedLeadSchema.parse(found.history);
};

const asks = (leadId: string, at: number) =>
  api.call('POST /v1/signals', {
    body: { signals: [{ id: `demo-${leadId}`, lead: { id: leadId }, type: 'demo.requested', at: iso(at) }] },
  });

describe('the history of a lead', () => {
  test('has what happened to it, the tasks it led to, and its journal when asked for', async () => {
    const leadId = await api.lead('ada@acme.example', { firstName: 'Ada', role: 'operations' });
    await api.advance(leadId);
    api.now += HOUR;
    await asks(leadId, api.now);
    await api.advance(leadId);
    const { facts, inputs, opened, journal } = await historyOf(leadId);
    expect(facts).toMatchObject({ leadId, createdAt: START, lead: { firstName: 'Ada' } });
    expect(inputs.map(({ body, at }) => [body.kind, at])).toEqual([
      ['lead.changed', START],
      ['signal', START + HOUR],
    ]);
    expect(opened).toMatchObject([{ what: 'handoff hot   ', at: START + HOUR }]);
    expect(journal?.some(({ type }) => type === 'handoff.offered')).toBe(true);
    const without = (await api.call('GET /v1/history?limit=1')).body;
    expect(without.items[0].history).not.toHaveProperty('journal');
  });

  test('is played again by the simulator, entry by entry', async () => {
    const lead = await historyOf((await api.call('GET /v1/history?limit=1')).body.items[0].lead.id);
    const simulated: JournalEntry[] = [];
    simulate({
      playbook: await api.deps.playbooks.current(),
      leads: [leadOf(lead, START, START + 2 * DAY)],
      reps: {},
      ...{ seed: 1, from: START, days: 1 },
      onJournal: (_, entry) => void simulated.push(entry),
    });
    const until = lead.journal?.at(-1)?.at ?? 0;
    const told = { lead: 'ada', real: lead.journal ?? [], simulated: simulated.filter(({ at }) => at <= until) };
    expect(agreementOf([told])).toMatchObject({ same: 1, partings: [] });
  });

  test('tells when something took effect that came too late for its own time', async () => {
    const leadId = await api.lead('bo@client.example');
    await api.advance(leadId);
    const { inputs } = await historyOf(leadId);
    expect(inputs.every(({ taken }) => taken === undefined)).toBe(true);
    // A tool tells of what the lead did before it was known here.
    await asks(leadId, api.now - DAY);
    await api.advance(leadId);
    const [early] = (await historyOf(leadId)).inputs;
    expect(early).toMatchObject({ at: api.now - DAY, taken: expect.any(Number) });
    expect(early?.taken).toBeGreaterThanOrEqual(api.now - 5 * MINUTE);
  });

  test('comes a page at a time, the oldest first, to who may export leads', async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await api.call(`GET /v1/history?limit=1${after}`);
      ids.push(...body.items.map((item: { lead: { id: string } }) => item.lead.id));
      cursor = body.next;
    }
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
    expect((await api.call('GET /v1/history', { key: api.keys.marketer })).status).toBe(200);
    for (const role of ['manager', 'rep', 'integration'] as const)
      expect((await api.call('GET /v1/history', { key: api.keys[role] })).status).toBe(403);
    expect((await api.call('GET /v1/history?cursor=x')).status).toBe(400);
  });

  test('tells what fields were before they changed, so that each time has its own', async () => {
    const email = 'dee@fields.example';
    const leadId = await api.lead(email, { role: 'it', attributes: { plan: 'small' } });
    api.now += HOUR;
    await api.call('POST /v1/leads', { body: { email, role: 'operations', attributes: { plan: 'large' } } });
    await api.call('POST /v1/leads', { body: { email, role: 'operations' } });
    await api.advance(leadId);
    const history = await historyOf(leadId);
    expect(history.inputs.map(({ body }) => 'was' in body && body.was)).toEqual([
      false,
      { role: 'it', attributes: { plan: 'small' } },
    ]);
    expect(leadOf(history, START, api.now + DAY).lead).toMatchObject({ role: 'it', attributes: { plan: 'small' } });
    expect(leadOf(history, api.now + 1, api.now + DAY).lead).toMatchObject({ role: 'operations' });
  });
});

describe('volley simulate --store', () => {
  const run = (...args: string[]) =>
    volley(['simulate', join(ROOT, 'playbook'), '--store', '--from', '2026-11-23', '--days', '30', ...args], {
      env: { VOLLEY_URL: http.url, VOLLEY_KEY: api.keys.marketer },
    });

  test('plays again what happened, with this playbook', async () => {
    const { code, out, err } = await run('--json');
    expect(err).toBe('');
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ leads: 3, rejected: 0, handoffs: expect.any(Number) });
    expect(result.funnel.offered).toBeGreaterThan(0);
    expect(result.assumptions.join()).toContain('happens again');
    expect(result.assumptions.join()).toContain('comes in when it did');
  });

  test('or by rates fitted to it, which it writes down as a file that simulate reads', async () => {
    const file = join(scratch, 'fitted.yaml');
    const first = await run('--fit', file, '--json');
    expect(first.err).toBe('');
    expect(first.code).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/signal: demo\.requested/);
    const again = await run('--behaviour', file, '--fit', '--json');
    expect(again.err).toBe('');
    expect(again.out).toBe(first.out);
  });

  test('says what does not go with it', async () => {
    const leads = join(scratch, 'leads.csv');
    await writeFile(leads, 'email\nada@acme.example\n');
    expect(await run('--leads', leads)).toMatchObject({ code: 2, err: expect.stringContaining('--leads') });
    const alone = await volley(['simulate', join(ROOT, 'playbook'), '--from', '2026-11-23', '--fit']);
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining('--store') });
  });
});

test('an erased lead has no history', async () => {
  const leadId = await api.lead('cy@elsewhere.example');
  await api.store.database.db.deleteFrom('lead_states').where('lead_id', '=', leadId).execute();
  const { body } = await api.call('GET /v1/history?limit=100');
  expect(body.items.map((item: { lead: { id: string } }) => item.lead.id)).not.toContain(leadId);
});
