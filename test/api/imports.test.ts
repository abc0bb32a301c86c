import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { importPage } from '../../activities/import.ts';
import { resumeImports } from '../../src/api/upload/resume.ts';
import { testDatabases } from '../support/database.ts';
import { openApi, START, type TestApi } from './support/api.ts';

/** Takes the import in as its workflow would. */
async function takeIn(api: TestApi, id: string): Promise<void> {
  while (await importPage(api.deps, id));
}

const post = (
  api: TestApi,
  raw: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  type = 'text/csv',
  headers = {},
) => api.call('POST /v1/imports', { key: api.keys.marketer, raw, type, headers });

async function imported(api: TestApi, raw: string | Uint8Array<ArrayBuffer>, type?: string) {
  const posted = await post(api, raw, type);
  expect(posted, JSON.stringify(posted.body)).toMatchObject({ status: 202, body: { state: 'queued' } });
  await takeIn(api, posted.body.id);
  return (await api.call(`GET /v1/imports/${posted.body.id}`)).body;
}

const leads = async (api: TestApi, q: string) =>
  (await api.call(`GET /v1/leads?q=${encodeURIComponent(q)}&limit=500`)).body.items;
const left = async (api: TestApi) => ({
  imports: (await api.store.database.db.selectFrom('imports').select('id').where('state', '=', 'uploading').execute())
    .length,
  pages: (await api.store.database.db.selectFrom('import_pages').select('page').execute()).length,
});

describe.each(testDatabases)('imports on %s', (kind) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({ kind });
  });
  afterAll(() => api.close());

  test('those whose client is gone can be found, newest first', async () => {
    const first = await imported(api, 'Email\nlist-1@one.example\n');
    const second = await imported(api, 'Email\nlist-2@one.example\n');
    const newest = (await api.call('GET /v1/imports?limit=1')).body;
    expect(newest.items).toMatchObject([{ id: second.id, state: 'done', created: 1 }]);
    const next = (await api.call(`GET /v1/imports?limit=1&cursor=${newest.next}`)).body;
    expect(next.items).toMatchObject([{ id: first.id }]);
  });

  test('good rows in, bad rows reported with their number, field and reason', async () => {
    const before = api.nudged.length;
    const body = await imported(
      api,
      'Email,First Name,Country/Region,Record ID\nada@one.example,Ada,Germany,1\nnot-an-address,Bob,,2\n\ncy@one.example,Cy,Atlantis,3\nada@one.example,Ada Maria,,\ntoo@one.example,Many,GB,5,6\n',
    );
    expect(body).toMatchObject({
      state: 'done',
      rows: 5,
      created: 2,
      updated: 1,
      unchanged: 0,
      rejected: 2,
      failure: null,
    });
    expect(body.errors).toMatchObject([
      { row: 3, field: 'email' },
      { row: 7, field: 'row', message: expect.stringContaining('5 fields') },
    ]);
    expect(body.notes).toContainEqual({ row: 6, message: 'the same lead as in row 2, merged into it' });
    expect(body.notes.map((note: { message: string }) => note.message).join()).toContain('country');
    expect(await leads(api, 'ada@one.example')).toMatchObject([
      { country: 'DE', firstName: 'Ada Maria', externalId: '1' },
    ]);
    expect(api.nudged.slice(before).length).toBe(2);
    expect(api.imports.at(-1)).toBe(body.id);
  });

  test('the same file again changes nothing', async () => {
    const file = 'Email,Name\nsame-1@two.example,A B\nsame-2@two.example,C D\n';
    expect(await imported(api, file)).toMatchObject({ created: 2 });
    expect(await imported(api, file)).toMatchObject({ created: 0, updated: 0, unchanged: 2, rejected: 0 });
  });

  test('a repeated call with the same key and file is the same import; another file is 422', async () => {
    const headers = { 'idempotency-key': 'import-1' };
    const first = await post(api, 'Email\nkey@three.example\n', 'text/csv', headers);
    const again = await post(api, 'Email\nkey@three.example\n', 'text/csv', headers);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(await post(api, 'Email\nother@three.example\n', 'text/csv', headers)).toMatchObject({
      status: 422,
      body: { type: '/problems/idempotency-mismatch' },
    });
    await takeIn(api, first.body.id);
    expect(await left(api)).toEqual({ imports: 0, pages: 0 });
  });

  test('pages are taken in exactly once by several at once', async () => {
    const rows = Array.from({ length: 1_200 }, (_, n) => `many-${n}@four.example`);
    const posted = await post(api, `Email\n${rows.join('\n')}\n`);
    await Promise.all([takeIn(api, posted.body.id), takeIn(api, posted.body.id), takeIn(api, posted.body.id)]);
    expect((await api.call(`GET /v1/imports/${posted.body.id}`)).body).toMatchObject({
      state: 'done',
      rows: 1_200,
      created: 1_200,
      unchanged: 0,
      pages: { done: 3, all: 3 },
    });
  });
});

describe('imports', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi();
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    expect(await left(api)).toEqual({ imports: 0, pages: 0 });
  });

  test('the example leads, in HubSpot’s format with its dirt', async () => {
    const body = await imported(api, new Uint8Array(await readFile('playbook/leads.csv')));
    expect(body.state).toBe('done');
    expect(body.created).toBeGreaterThan(200);
    expect(body.rows).toBe(body.created + body.updated + body.unchanged + body.rejected);
    expect(body.errors).toHaveLength(body.rejected);
  });

  test('who opted out in the CRM is suppressed here', async () => {
    await imported(api, 'Email,Unsubscribed from all email\nout@opt.example,true\nin@opt.example,false\n');
    expect((await api.call('GET /v1/suppressions?email=out@opt.example')).body.items).toMatchObject([
      { purpose: null },
    ]);
    expect((await api.call('GET /v1/suppressions?email=in@opt.example')).body.items).toEqual([]);
  });

  test('who opted out is suppressed though the row is refused as a lead, and though it was erased it is not kept', async () => {
    await imported(api, 'Email,Record ID\nmine@clash.example,clash-1\ntheirs@clash.example,clash-2\n');
    const body = await imported(
      api,
      'Email,Record ID,Unsubscribed from all email\ntheirs@clash.example,clash-1,true\n',
    );
    expect(body).toMatchObject({ rejected: 1, errors: [{ field: 'externalId' }] });
    const of = async (email: string) => (await api.call(`GET /v1/suppressions?email=${email}`)).body.items;
    expect(await of('theirs@clash.example')).toHaveLength(1);
    expect(await of('mine@clash.example')).toEqual([]);
  });

  test('a lead that comes to an address while its opt-out is taken in hears of it too', async () => {
    const { db } = api.store.database;
    const posted = await post(api, 'Email,Unsubscribed from all email\nlate@newowner.example,true\n');
    const came: string[] = [];
    const nudger = {
      // The file is committed and nobody has looked again: the address goes to somebody else just then.
      nudge: async (ids: readonly string[]) => {
        if (came.length > 0) return;
        await db
          .updateTable('leads')
          .set({ email: 'gone@newowner.example', email_normal: 'gone@newowner.example' })
          .where('id', 'in', [...ids])
          .execute();
        came.push(await api.lead('late@newowner.example'));
      },
    };
    await importPage({ ...api.deps, nudger }, posted.body.id);
    await takeIn(api, posted.body.id);
    const [newcomer = ''] = came;
    const told = await db.selectFrom('inbox').select('body').where('lead_id', '=', newcomer).execute();
    expect(told.map(({ body }) => JSON.parse(body).kind)).toContain('suppressed');
  });

  test('NDJSON: each line as POST /v1/leads takes it', async () => {
    const lines = [
      JSON.stringify({ email: 'nd-1@nd.example', attributes: { plan: 'pro' } }),
      '{"email":',
      JSON.stringify({ email: 'nd-2@nd.example', nickname: 'x' }),
      JSON.stringify({
        email: 'nd-3@nd.example',
        consent: [{ purpose: 'marketing', basis: 'opt-in', source: 's', at: '2026-02-30' }],
      }),
      JSON.stringify({ email: 'nd-4@nd.example' }),
    ];
    const body = await imported(api, lines.join('\n'), 'application/x-ndjson');
    expect(body).toMatchObject({ rows: 5, created: 2, rejected: 3 });
    expect(body.errors).toMatchObject([
      { row: 2, field: 'row' },
      { row: 3, field: 'nickname' },
      { row: 4, field: 'consent.0.at' },
    ]);
    expect(await leads(api, 'nd-1@')).toMatchObject([{ attributes: { plan: 'pro' } }]);
  });

  test.each([
    [
      'UTF-16 with a byte order mark',
      Buffer.from('\uFEFFEmail\tFirst Name\nzoe-16@enc.example\tZoë\n', 'utf16le'),
      'zoe-16@',
      'Zoë',
    ],
    [
      'Windows-1252 with semicolons',
      Buffer.from('Email;First Name\nzoe-52@enc.example;Zoë\n', 'latin1'),
      'zoe-52@',
      'Zoë',
    ],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFEmail,First Name\nzoe-8@enc.example,Zoë\n'), 'zoe-8@', 'Zoë'],
  ])('%s', async (_, bytes, q, firstName) => {
    const body = await imported(api, new Uint8Array(bytes));
    expect(body, JSON.stringify(body.errors)).toMatchObject({ created: 1, rejected: 0 });
    expect(await leads(api, q)).toMatchObject([{ firstName }]);
  });

  test('a file that is none is refused with the reason, and nothing of it stays', async () => {
    const refuse = async (raw: string | Uint8Array<ArrayBuffer>, status: number, code: string, type?: string) =>
      expect(await post(api, raw, type)).toMatchObject({ status, body: { type: `/problems/${code}` } });
    await refuse('', 422, 'bad-file');
    await refuse('Email\n', 422, 'bad-file');
    await refuse('Name,Company\nAda,Acme\n', 422, 'bad-file');
    await refuse('ada@acme.example,Ada\n', 422, 'bad-file');
    await refuse(Uint8Array.from([0x50, 0x4b, 0x03, 0x04, 0x14]), 422, 'bad-file');
    await refuse(
      new Uint8Array(Buffer.from('Email,Name\na@b.example,J\xfcrgen Zo\xc3\xab\n', 'latin1')),
      422,
      'bad-encoding',
    );
    await refuse('Email\na\0b@c.example\n', 422, 'bad-file');
    await refuse('Email\na@b.example\n', 415, 'wrong-content-type', 'application/pdf');
    await refuse('Email\na@b.example\n', 415, 'wrong-content-type', 'text/csv; charset=klingon');
    expect(await left(api)).toEqual({ imports: 0, pages: 0 });
  });

  test('an upload that turns out broken after many pages leaves nothing', async () => {
    const good = `Email,Name\n${Array.from({ length: 3_000 }, (_, n) => `b-${n}@late.example,Zoë`).join('\n')}\n`;
    const bytes = Buffer.concat([Buffer.from(good), Buffer.from('x@late.example,J\xfcrgen\n', 'latin1')]);
    expect(await post(api, new Uint8Array(bytes))).toMatchObject({
      status: 422,
      body: { type: '/problems/bad-encoding' },
    });
    expect(await leads(api, 'late.example')).toEqual([]);
  });

  test('an upload whose client goes away leaves nothing', async () => {
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(Buffer.from('Email\n'));
        else if (sent < 3_000) controller.enqueue(Buffer.from(`gone-${sent}@gone.example\n`));
        else controller.error(new Error('connection reset'));
        sent += 1;
      },
    });
    expect(await post(api, stream)).toMatchObject({ status: 400, body: { type: '/problems/upload-broken' } });
    expect(await left(api)).toEqual({ imports: 0, pages: 0 });
  });

  test('a start goes on with imports that wait, and removes uploads that never ended', async () => {
    const { body } = await post(api, 'Email\nwaits@resume.example\n');
    const { db } = api.store.database;
    await db
      .insertInto('imports')
      .values({
        id: 'abandoned',
        state: 'uploading',
        format: 'csv',
        header: '{"columns":[],"notes":[]}',
        pages: 0,
        pages_done: 0,
        rows: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        rejected: 0,
        actor: 'x',
        created_at: new Date(START - 86_400_000),
      })
      .execute();
    await db
      .insertInto('import_pages')
      .values({ import_id: 'abandoned', page: 0, first_row: 2, rows: 1, body: '[]' })
      .execute();
    expect(await resumeImports(api.deps)).toEqual({ started: 1, removed: 1 });
    expect(api.imports.at(-1)).toBe(body.id);
    await takeIn(api, body.id);
    expect(await api.call('GET /v1/imports/abandoned')).toMatchObject({ status: 404 });
  });
});
