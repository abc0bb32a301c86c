/** Consents given, taken back and shown; and the document a person who asks is given. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importPage } from '../../activities/import.ts';
import { exportOut } from '../../src/api/schemas/export.ts';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { DAY } from '../../src/core/time.ts';
import { replyAddress } from '../../src/email/compose.ts';
import { signReplyToken } from '../../src/email/tokens.ts';
import { recordConsent } from '../../src/store/consents.ts';
import { volley } from '../cli/run.ts';
import { ADDRESS, FULL_NAME, liveThrough, OLD_ADDRESS, TWIN_ADDRESS } from '../support/canary.ts';
import { openApi, SECRET, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const get = async (id: string) => (await api.call(`GET /v1/leads/${id}`)).body;
const states = async (id: string) =>
  (await get(id)).consents.map(
    (one: { purpose: string; basis: string; state: string }) => `${one.purpose} ${one.basis} ${one.state}`,
  );

describe('consent', () => {
  test('is shown with source and state, and with what it allows', async () => {
    const consent = [
      { purpose: 'marketing', basis: 'opt-in', source: 'webinar', at: '2026-01-02' },
      { purpose: 'sales', basis: 'implied', source: 'inquiry', at: '2026-01-02', expires: '2026-07-02' },
    ];
    const lead = await get(await api.lead('ada@consent.example', { consent }));
    expect(lead.consents).toMatchObject([
      { purpose: 'marketing', basis: 'opt-in', source: 'webinar', expires: null, withdrawnAt: null, state: 'given' },
      { purpose: 'sales', basis: 'implied', source: 'inquiry', expires: '2026-07-02T00:00:00.000Z', state: 'expired' },
    ]);
    expect(lead.permissions).toEqual({
      marketing: { may: true, reason: null, from: null },
      sales: { may: false, reason: 'consent-expired', from: null },
      service: { may: true, reason: null, from: null },
    });
  });

  test('is given and taken back by purpose, and its rows stay', async () => {
    const id = await api.lead('bob@consent.example');
    const give = (body: object) => api.call(`POST /v1/leads/${id}/consents`, { body });
    const withdraw = (body: object = {}) => api.call(`POST /v1/leads/${id}/consents/withdraw`, { body });
    expect((await give({ purpose: 'marketing', basis: 'opt-in', source: 'fair' })).status).toBe(201);
    expect(api.nudged.at(-1)).toBe(id);
    api.now += 60_000;
    expect((await withdraw({ purpose: 'marketing' })).status).toBe(200);
    expect(await states(id)).toEqual(['marketing opt-in withdrawn']);
    expect((await get(id)).permissions.marketing).toMatchObject({ may: false, reason: 'consent-withdrawn' });
    expect((await get(id)).permissions.sales.may).toBe(true);
    // What was given before does not come back with an import.
    await api.lead('bob@consent.example', {
      consent: [{ purpose: 'marketing', basis: 'double-opt-in', source: 'list', at: '2026-11-01' }],
    });
    expect((await get(id)).permissions.marketing.may).toBe(false);
    api.now += 60_000;
    await give({ purpose: 'marketing', basis: 'opt-in', source: 'preference-page' });
    expect((await get(id)).permissions.marketing.may).toBe(true);
    expect(await states(id)).toEqual([
      'marketing double-opt-in given',
      'marketing opt-in withdrawn',
      'marketing opt-in given',
    ]);
    // What is only assumed is taken back too.
    await withdraw();
    expect((await get(id)).permissions.sales).toMatchObject({ may: false, reason: 'consent-withdrawn' });
  });

  test('is in the journal, told once, in words and by whom; an import says so too', async () => {
    const [at, expires] = ['2026-11-02T00:00:00.000Z', '2027-11-02T00:00:00.000Z'];
    const opted = { purpose: 'marketing', basis: 'opt-in', source: 'webinar', at, expires };
    const id = await api.lead('told@consent.example', { consent: [opted] });
    await api.lead('told@consent.example', { consent: [opted] });
    await api.call(`POST /v1/leads/${id}/consents`, { body: opted });
    await api.advance(id);
    api.now += 60_000;
    await api.call(`POST /v1/leads/${id}/consents/withdraw`, { body: { purpose: 'marketing' } });
    // Telling of the same instant again gives back nothing.
    await api.call(`POST /v1/leads/${id}/consents`, { body: opted });
    await api.advance(id);
    const { items } = (await api.call(`GET /v1/leads/${id}/journal`)).body;
    const told = items.filter(({ type }: { type: string }) => type.startsWith('consent.'));
    expect(told).toMatchObject([
      {
        type: 'consent.given',
        reason: 'consent-given',
        data: { purpose: 'marketing', basis: 'opt-in', source: 'webinar', expires: Date.parse(expires) },
        sentence: expect.stringMatching(
          /^A consent for marketing is recorded \(opt-in, webinar\), given on Mon 2 Nov 2026.*, until Tue 2 Nov 2027/,
        ),
      },
      {
        type: 'consent.withdrawn',
        reason: 'consent-withdrawn',
        data: { purpose: 'marketing' },
        sentence: expect.stringMatching(/^The consent for marketing is taken back, by .*agrees again\.$/),
      },
    ]);
    const raw = JSON.stringify({ email: 'listed@consent.example', consent: [opted] });
    const posted = await api.call('POST /v1/imports', { raw, type: 'application/x-ndjson' });
    while (await importPage(api.deps, posted.body.id));
    const [lead] = (await api.call('GET /v1/leads?q=listed@consent.example')).body.items;
    await api.advance(lead.id);
    const journal = await api.call(`GET /v1/leads/${lead.id}/journal?type=consent.given`);
    expect(journal.body.items).toMatchObject([{ data: { source: 'webinar' }, by: expect.any(String) }]);
  });

  test('that is over is a finding of the health report while the lead is in a cadence', async () => {
    const at = new Date(api.now - DAY).toISOString();
    const expires = new Date(api.now + DAY).toISOString();
    const consent = [{ purpose: 'marketing', basis: 'implied', source: 'inquiry', at, expires }];
    const id = await api.lead('gus@consent.example', { role: 'it', consent });
    await api.advance(id);
    const finding = async () => {
      const { findings } = (await api.call('GET /v1/reports/health')).body.tables;
      return findings.find((one: { finding: string }) => one.finding === 'consents-over');
    };
    expect((await get(id)).enrollments.length).toBeGreaterThan(0);
    expect(await finding()).toMatchObject({ n: 0 });
    api.now += DAY;
    expect(await finding()).toMatchObject({ n: 1, example: id, since: expires });
    const silence = (await api.call(`GET /v1/leads/${id}/explain?about=step:evaluation-guide/welcome`)).body;
    expect(JSON.stringify(silence)).toContain('consent');
  });

  test('cannot be told of before it is given: here, with a lead and in an import', async () => {
    const id = await api.lead('ida@consent.example');
    const of = (at: number) => ({
      purpose: 'marketing',
      basis: 'opt-in',
      source: 'fair',
      at: new Date(at).toISOString(),
    });
    const ahead = of(api.now + 6 * 60_000);
    const posted = await api.call(`POST /v1/leads/${id}/consents`, { body: ahead });
    expect([posted.status, posted.body.type, posted.body.errors]).toMatchObject([
      400,
      expect.stringContaining('bad-input'),
      [{ path: 'at', message: expect.stringMatching(/must not lie in the future.*leave it out for now/) }],
    ]);
    const lead = { email: 'ida@consent.example', consent: [ahead] };
    const written = await api.call('POST /v1/leads', { body: lead });
    expect([written.status, written.body.reason, written.body.errors[0].path]).toEqual([
      422,
      'consent-dates',
      'consent',
    ]);
    const file = await api.call('POST /v1/imports', { raw: JSON.stringify(lead), type: 'application/x-ndjson' });
    while (await importPage(api.deps, file.body.id));
    expect((await api.call(`GET /v1/imports/${file.body.id}`)).body).toMatchObject({
      rejected: 1,
      errors: [{ row: 1, field: 'consent', message: expect.stringContaining('must not lie in the future') }],
    });
    expect(await states(id)).toEqual([]);
    // Clocks differ by a little.
    expect((await api.call(`POST /v1/leads/${id}/consents`, { body: of(api.now + 4 * 60_000) })).status).toBe(201);
  });

  test('of a day to come, as it was stored once, is over when it is taken back', async () => {
    const id = await api.lead('jon@consent.example');
    const consent = { leadId: id, purpose: 'marketing', basis: 'opt-in', source: 'fair', by: 'import' } as const;
    await recordConsent(api.deps.database.db, { ...consent, at: Date.parse('2030-01-01') }, api.now);
    expect((await get(id)).permissions.marketing.may).toBe(true);
    await api.call(`POST /v1/leads/${id}/consents/withdraw`, { body: { purpose: 'marketing' } });
    expect((await get(id)).permissions.marketing).toMatchObject({ may: false, reason: 'consent-withdrawn' });
  });

  test.each([
    [{ purpose: 'spam', basis: 'opt-in', source: 'x' }, 400],
    [{ purpose: 'sales', basis: '', source: 'x' }, 400],
    [{ purpose: 'sales', basis: 'opt-in', source: 'x', at: '2026-02-30' }, 400],
    [{ purpose: 'sales', basis: 'opt-in', source: 'x', expires: '2026-01-01' }, 400],
  ])('%j is refused', async (body, status) => {
    const id = await api.lead('carl@consent.example');
    expect((await api.call(`POST /v1/leads/${id}/consents`, { body })).status).toBe(status);
  });
});

describe('the command line', () => {
  let server: HttpServer;
  let scratch: string;
  beforeAll(async () => {
    server = await listen((request) => api.app.fetch(request), { host: '127.0.0.1', port: 0 });
    scratch = await mkdtemp(join(tmpdir(), 'volley-access-'));
  });
  afterAll(async () => {
    await server.close();
    await rm(scratch, { recursive: true, force: true });
  });
  const run = (...args: string[]) =>
    volley(args, { env: { VOLLEY_URL: server.url, VOLLEY_KEY: api.keys.admin, NO_COLOR: '1' } });

  test('exports by address, to a file that only its owner reads', async () => {
    const id = await api.lead('eve@command.example');
    const { code, out } = await run('export', 'Eve@command.example');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ lead: { id, email: 'eve@command.example' } });
    const umlaut = await api.lead('joerg@müller-command.example');
    const spelt = await run('export', 'Joerg@Müller-command.example');
    expect(JSON.parse(spelt.out)).toMatchObject({ lead: { id: umlaut } });
    const nobody = await run('export', 'nobody@command.example');
    expect(nobody.code).toBe(1);
    expect(nobody.err).toContain('Give the lead’s id, or the whole address it has now');
    expect(nobody.err).not.toContain('GET /v1');
    const file = join(scratch, 'eve.json');
    expect((await run('export', id, '--out', file)).code).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ lead: { id } });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('erases with --yes, and else says who it would be', async () => {
    const id = await api.lead('finn@command.example', { lastName: 'Finch' });
    const asked = await run('erase', 'finn@command.example');
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('would erase Ada Finch <finn@command.example>');
    expect(asked.err).toContain(`volley erase ${id} --yes`);
    expect((await api.call(`GET /v1/leads/${id}`)).status).toBe(200);
    const done = await run('erase', 'finn@command.example', '--yes', '--json');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({ lead: { id }, state: 'erased' });
    expect((await run('erase', id, '--yes')).out).toContain(`Lead ${id} is erased.`);
    const nobody = await run('erase', 'nobody@command.example', '--yes', '--json');
    expect([nobody.code, JSON.parse(nobody.out).error.code]).toEqual([1, 'unknown-lead']);
  });
});

describe('access', () => {
  test('gives everything there is, in the documented shape, and nothing about others', async () => {
    const { leadId } = await liveThrough({
      call: (what, options) => api.call(what, options),
      settled: (id) => api.advance(id),
      imported: async (id) => {
        while (await importPage(api.deps, id));
      },
      replyAddress: (id) => replyAddress(signReplyToken(SECRET, id), 'reply.northwind.example'),
    });
    const colleague = await api.lead('colleague@quirinzaq.example', { firstName: 'Zelda', lastName: 'Colleague' });
    await api.advance(colleague);
    const { status, body } = await api.call(`GET /v1/leads/${leadId}/export`);
    expect(status).toBe(200);
    const held = exportOut.strict().parse(body);
    const all = JSON.stringify(held);
    for (const kept of [
      ...[ADDRESS, OLD_ADDRESS, TWIN_ADDRESS, 'Quirinzaqa', 'quirinzaq-crm-1', '+442079460991', 'quirinzaq value'],
      ...[
        'quirinzaq talked',
        'quirinzaq in spring',
        'quirinzaq is on leave',
        'quirinzaq at the fair',
        '/quirinzaq/second',
      ],
      ...['Please call quirinzaq back', 'quirinzaq asked on the phone', 'deal-c1'],
    ]) {
      expect(all).toContain(kept);
    }
    expect(held.names.map(({ name }) => name)).toEqual(
      expect.arrayContaining([`email:${OLD_ADDRESS}`, `email:${TWIN_ADDRESS}`]),
    );
    expect(held.journal.length).toBeGreaterThan(10);
    expect(held.lead.score?.reasons.length).toBeGreaterThan(0);
    expect(held.deliveries.length).toBeGreaterThan(0);
    expect(all).not.toContain('Zelda');
    expect(all).not.toContain('grace@elsewhere');
    expect(FULL_NAME).toContain(held.lead.firstName);
  });

  test.each(['manager', 'rep', 'integration'] as const)('is not for a %s', async (role) => {
    const id = await api.lead('dora@consent.example');
    expect((await api.call(`GET /v1/leads/${id}/export`, { key: api.keys[role] })).status).toBe(403);
  });
});
