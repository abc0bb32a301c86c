import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { listen } from '../../src/cli/parts.ts';
import { volley } from '../cli/run.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const bring = (raw: string, query = '', type = 'text/csv') =>
  api.call(`POST /v1/suppressions/import${query}`, { raw, type });
const of = async (query: string): Promise<{ purpose: string | null; reason: string; until: string | null }[]> =>
  (await api.call(`GET /v1/suppressions?${query}`)).body.items;
const suppressedFor = async (leadId: string) => (await api.call(`GET /v1/leads/${leadId}`)).body.suppressions;

test('what is called JSON and is none is refused', async () => {
  for (const raw of ['ada@acme.example', '{"email"', '\ufffd'])
    expect(await bring(raw, '', 'application/json'), raw).toMatchObject({ status: 400 });
});

describe('a list of whom not to mail', () => {
  test('SES’s suppression list: its CSV without headers, its JSON lines, and what its command prints', async () => {
    const csv = await bring('one@ses.example,BOUNCE\ntwo@ses.example,COMPLAINT\n');
    expect(csv).toMatchObject({ status: 200, body: { rows: 2, suppressed: 2, rejected: 0 } });
    const lines =
      '{"emailAddress":"three@ses.example","reason":"BOUNCE"}\n{"emailAddress":"four@ses.example","reason":"COMPLAINT"}\n';
    expect((await bring(lines, '', 'application/x-ndjson')).body).toMatchObject({ rows: 2, suppressed: 2 });
    const printed = {
      SuppressedDestinationSummaries: [
        { EmailAddress: 'five@ses.example', Reason: 'BOUNCE', LastUpdateTime: '2026-01-01T00:00:00+00:00' },
      ],
      NextToken: null,
    };
    expect((await bring(JSON.stringify(printed, null, 2), '', 'application/json')).body).toMatchObject({
      suppressed: 1,
    });
    expect(await of('email=one@ses.example')).toMatchObject([{ purpose: null, reason: 'bounced', until: null }]);
    expect(await of('email=four@ses.example')).toMatchObject([{ reason: 'complained' }]);
    expect(await of('email=five@ses.example')).toMatchObject([{ reason: 'bounced' }]);
  });

  test('HubSpot’s contacts: of all in the file only those who opted out, and never their company', async () => {
    const csv =
      'Record ID - Contact,First Name,Email,Company Domain Name,Unsubscribed from all email\n' +
      '1,Ada,out@hub.example,hub.example,true\n2,Bob,in@hub.example,hub.example,false\n3,Eve,blank@hub.example,hub.example,\n';
    expect((await bring(csv, '?reason=hubspot')).body).toMatchObject({ rows: 3, suppressed: 1, skipped: 2 });
    expect(await of('email=out@hub.example')).toMatchObject([{ reason: 'hubspot' }]);
    expect(await of('email=in@hub.example')).toEqual([]);
    expect(await of('domain=hub.example')).toEqual([]);
  });

  test('HubSpot’s list of opt-outs, and a plain one: addresses, whole domains, bad lines named', async () => {
    expect((await bring('Email\nopt@out.example\n')).body).toMatchObject({ rows: 1, suppressed: 1 });
    const plain = await bring(
      'plain@list.example\n@whole.example\nAda Example <named@list.example>\nnobody\n',
      '?purpose=marketing',
    );
    expect(plain.body).toMatchObject({
      rows: 4,
      suppressed: 3,
      rejected: 1,
      errors: [{ row: 4, field: 'domain', message: 'is neither an address nor a domain' }],
    });
    expect(await of('domain=whole.example')).toMatchObject([{ purpose: 'marketing', reason: 'imported' }]);
    expect(await of('email=named@list.example')).toHaveLength(1);
  });

  test('who comes to a suppressed company while its file is taken in hears of it too, once', async () => {
    await api.lead('first@newcomers.example');
    let newcomer = '';
    const nudger = {
      nudge: async () => {
        if (newcomer === '') newcomer = await api.lead('ada@newcomers.example');
      },
    };
    await createApp({ ...api.deps, nudger }).request('http://localhost/v1/suppressions/import', {
      method: 'POST',
      headers: { authorization: `Bearer ${api.keys.admin}`, 'content-type': 'text/csv' },
      body: 'domain,reason\nnewcomers.example,asked\nnewcomers.example,asked\n',
    });
    await api.advance(newcomer);
    const told = await api.call(`GET /v1/leads/${newcomer}/journal?type=lead.suppressed`);
    expect(told.body.items).toMatchObject([{ data: { why: 'asked' } }]);
  });

  test('leads in it hear of it, once; what is no list is refused in words', async () => {
    const lead = await api.lead('known@import.example');
    const before = api.nudged.length;
    await bring('known@import.example\nKnown@Import.example\n', '?purpose=sales');
    expect(api.nudged.slice(before)).toEqual([lead]);
    await api.advance(lead);
    const told = await api.call(`GET /v1/leads/${lead}/journal?type=lead.suppressed`);
    expect(told.body.items).toMatchObject([{ data: { why: 'imported', purpose: 'sales' } }]);
    expect(await bring('')).toMatchObject({ status: 422, body: { type: '/problems/bad-file' } });
    expect(await bring('PK\x03\x04rest')).toMatchObject({ status: 422, body: { type: '/problems/bad-file' } });
    expect(
      (await api.call('POST /v1/suppressions/import', { raw: 'x@y.example', type: 'text/csv', key: api.keys.rep }))
        .status,
    ).toBe(403);
  });

  test('of two rows about one address the one without an end counts; a past end is left out', async () => {
    const csv =
      'email,purpose,until\ntwice@rows.example,marketing,2027-01-31\ntwice@rows.example,marketing,\nover@rows.example,,2020-01-01\nbad@rows.example,lottery,\n';
    expect((await bring(csv)).body).toMatchObject({ rows: 4, suppressed: 2, skipped: 1, rejected: 1 });
    expect(await of('email=twice@rows.example')).toMatchObject([{ until: null }]);
    expect(await of('email=over@rows.example')).toEqual([]);
  });

  test('what goes out comes in again as it was, as CSV and as JSON', async () => {
    await api.call('POST /v1/suppressions', {
      body: { account: 'loop.example', purpose: 'sales', reason: '=HYPERLINK("x")' },
    });
    await api.call('POST /v1/suppressions', {
      body: { domain: 'loop-domain.example', until: '2027-01-31', reason: 'talks, "quiet"' },
    });
    const json = await api.call('GET /v1/suppressions/export');
    const csv = await api.call('GET /v1/suppressions/export', { headers: { accept: 'text/csv' } });
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.body.split('\n')[0]).toBe('email,domain,account,lead,phone,channel,purpose,until,reason,by,createdAt');
    // A spreadsheet must not run what somebody wrote as a reason.
    expect(csv.body).not.toMatch(/,"?=HYPERLINK/);
    const other = await openApi();
    try {
      for (const [raw, type] of [
        [JSON.stringify(json.body), 'application/json'],
        [csv.body, 'text/csv'],
      ]) {
        const answer = await other.call('POST /v1/suppressions/import', { raw, type });
        expect(answer.body).toMatchObject({ rows: json.body.items.length, rejected: 0 });
        const again = (await other.call('GET /v1/suppressions/export')).body.items;
        const kept = (rows: Record<string, unknown>[]) =>
          rows
            .map(({ email, domain, account, purpose, until }) =>
              JSON.stringify({ email, domain, account, purpose, until }),
            )
            .sort();
        expect(kept(again)).toEqual(kept(json.body.items));
      }
    } finally {
      await other.close();
    }
  });
});

test('a key of the caller’s makes it once: the same again answers the same, another list is refused before any of it', async () => {
  const headers = { 'idempotency-key': 'list-1' };
  const send = (raw: string) => api.call('POST /v1/suppressions/import', { raw, type: 'text/csv', headers });
  const first = await send('once@key.example\n');
  expect(first).toMatchObject({ status: 200, body: { suppressed: 1 } });
  const again = await send('once@key.example\n');
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect((await send('other@key.example\n')).status).toBe(422);
  expect(await of('email=other@key.example')).toEqual([]);
});

test('by command: in from a file, out as CSV and JSON, exit 1 when a row is refused', async () => {
  const server = await listen((request) => api.app.fetch(request), { host: '127.0.0.1', port: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'volley-suppressions-'));
  try {
    const env = { VOLLEY_URL: server.url, VOLLEY_KEY: api.keys.marketer };
    const file = join(folder, 'stop.txt');
    await writeFile(file, 'by-command@cli.example\nnobody\n');
    const brought = await volley(['suppressions', 'import', file, '--purpose', 'marketing', '--json'], { env });
    expect(brought.code).toBe(1);
    expect(JSON.parse(brought.out)).toMatchObject({ rows: 2, suppressed: 1, rejected: 1 });
    const out = join(folder, 'out.csv');
    expect(await volley(['suppressions', 'export', '--out', out], { env })).toMatchObject({ code: 0, out: '' });
    expect(await readFile(out, 'utf8')).toContain('by-command@cli.example,,,,,email,marketing');
    const json = await volley(['suppressions', 'export', '--json'], { env });
    expect(JSON.parse(json.out).items).toContainEqual(expect.objectContaining({ email: 'by-command@cli.example' }));
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});

describe('whom a suppression is about', () => {
  const suppress = (body: Record<string, unknown>) =>
    api.call('POST /v1/suppressions', { body: { reason: 'asked', ...body } });

  test('an address that is no lead yet, when it comes in later', async () => {
    await suppress({ email: 'Later@Comer.example', purpose: 'marketing' });
    const lead = await api.lead('later@comer.example');
    expect(await suppressedFor(lead)).toEqual([{ purpose: 'marketing', until: null, reason: 'asked' }]);
  });

  test('a domain with all that is below it, of address or company; not what is above or beside it', async () => {
    const below = await api.lead('ada@eu.mail.deep.example');
    await suppress({ domain: 'deep.example' });
    expect(api.nudged.at(-1)).toBe(below);
    for (const [email, company, is] of [
      ['bob@deep.example', undefined, true],
      ['bob@sales.deep.example', undefined, true],
      ['bob@notdeep.example', undefined, false],
      ['bob@deep.example.org', undefined, false],
      ['bob@gmail.com', 'shop.deep.example', true],
      ['bob.two@gmail.com', 'other-shop.example', false],
    ] as const) {
      const lead = await api.lead(email, company === undefined ? {} : { domain: company });
      expect([email, (await suppressedFor(lead)).length > 0]).toEqual([email, is]);
    }
    expect((await suppressedFor(below)).length).toBe(1);
    const above = await api.lead('top@above.example');
    await suppress({ domain: 'sub.above.example' });
    expect(await suppressedFor(above)).toEqual([]);
  });

  test('an account, by id or domain: its people whatever their addresses, and nobody else there', async () => {
    const [work, home] = [
      await api.lead('work@acct.example', { domain: 'acct.example' }),
      await api.lead('home.of.acct@gmail.com', { domain: 'acct.example' }),
    ];
    const id = (await api.call(`GET /v1/leads/${work}`)).body.account.id;
    const made = await suppress({ account: id, purpose: 'sales', until: '2027-01-31' });
    expect(made).toMatchObject({ status: 201, body: { account: { id, domain: 'acct.example' }, purpose: 'sales' } });
    expect(api.nudged.slice(-2).sort()).toEqual([work, home].sort());
    for (const lead of [work, home]) {
      expect(await suppressedFor(lead)).toEqual([
        { purpose: 'sales', until: '2027-01-31T00:00:00.000Z', reason: 'asked' },
      ]);
    }
    const late = await api.lead('late@elsewhere.example', { domain: 'acct.example' });
    expect(await suppressedFor(late)).toHaveLength(1);
    expect(await of('account=acct.example')).toHaveLength(1);
    expect(await suppress({ account: '00000000-0000-8000-8000-000000000000' })).toMatchObject({ status: 404 });
    await api.call('DELETE /v1/suppressions', { body: { account: 'acct.example' } });
    expect(await suppressedFor(home)).toEqual([]);
  });
});
