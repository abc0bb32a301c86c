/** Emails as a lead would get them, over the API and the command line, by what sends them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { readPlaybookFolder } from '../../src/playbook/index.ts';
import { ROOT, volley } from '../cli/run.ts';
import { openApi, type TestApi } from './support/api.ts';

const EXAMPLE = join(ROOT, 'playbook');

let api: TestApi;
let server: HttpServer;
let scratch: string;
let lead: string;
beforeAll(async () => {
  api = await openApi();
  server = await listen(api.app.fetch, { host: '127.0.0.1', port: 0 });
  scratch = await mkdtemp(join(tmpdir(), 'volley-preview-'));
  lead = await api.lead('ada@acme.example', { firstName: 'Ada', company: 'Acme & Sons', locale: 'de-AT' });
});
afterAll(async () => {
  await server.close();
  await api.close();
  await rm(scratch, { recursive: true, force: true });
});

const files = async () => (await readPlaybookFolder(EXAMPLE)).files;
const cli = (...args: string[]) =>
  volley(['preview', ...args], { env: { VOLLEY_URL: server.url, VOLLEY_KEY: api.keys.admin, NO_COLOR: '1' } });

describe('GET /v1/leads/{id}/preview', () => {
  test('shows the email of the playbook in force, with the values of the lead', async () => {
    const { status, body } = await api.call(`GET /v1/leads/${lead}/preview?email=evaluation-welcome`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ email: 'evaluation-welcome', language: 'de', purpose: 'marketing' });
    expect(body.from.address).toBe('news@northwind.example');
    expect(body.text).toContain('ada@acme.example');
    expect(body.text).toContain('/u/preview');
  });

  test('says what keeps a step from picking it for this lead now', async () => {
    const unfit = async (id: string, email: string) =>
      (await api.call(`GET /v1/leads/${id}/preview?email=${email}`)).body.unfit;
    const swiss = await api.lead('swiss@alp.example', { country: 'CH' });
    expect(await unfit(lead, 'case-rheinwerk')).toEqual(['place']);
    expect(await unfit(swiss, 'case-rheinwerk')).toEqual([]);
    // A call to action, in its season, for somebody who only looks around.
    expect(await unfit(swiss, 'case-new-year')).toEqual(['phase']);
    expect(await unfit(swiss, 'case-study-costs')).toEqual(['role']);
  });

  test.each([
    ['email=nothing', 422, 'unknown-in-playbook'],
    ['', 400, 'bad-input'],
    ['email=evaluation-welcome&language=klingon', 400, 'bad-input'],
  ])('%j is refused', async (query, status, code) => {
    const answer = await api.call(`GET /v1/leads/${lead}/preview?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body.type).toContain(code);
  });

  test('is for people of marketing and sales: a rep sees it for own leads', async () => {
    const path = `GET /v1/leads/${lead}/preview?email=evaluation-welcome`;
    expect((await api.call(path, { key: api.keys.marketer })).status).toBe(200);
    expect((await api.call(path, { key: api.keys.rep })).status).toBe(403);
    expect((await api.call(path, { key: api.keys.integration })).status).toBe(403);
  });
});

describe('POST /v1/playbook/preview', () => {
  test('shows an email of files that are not applied, in the language of the lead', async () => {
    const now = await files();
    const changed = { 'emails/demo-invite.de.mjml': now['emails/demo-invite.de.mjml']?.replace('dreißig', 'vierzig') };
    const body = { files: { ...now, ...changed }, lead: { email: 'ada@acme.example' }, email: 'demo-invite' };
    const german = await api.call('POST /v1/playbook/preview', { body });
    expect(german.body).toMatchObject({ language: 'de', languages: ['en', 'de'] });
    expect(german.body.subject).toBe('Eine Tafel für Acme & Sons, in vierzig Minuten');
    expect(german.body.html).toContain('Acme &amp; Sons');
    expect(german.body.html).toContain('lang="de"');
    const english = await api.call('POST /v1/playbook/preview', { body: { ...body, language: 'en-GB' } });
    expect(english.body.subject).toBe('A board for Acme & Sons, in thirty minutes');
    const inForce = await api.call(`GET /v1/leads/${lead}/preview?email=demo-invite`);
    expect(inForce.body.subject).toBe('Eine Tafel für Acme & Sons, in dreißig Minuten');
  });

  test('says every mistake of the files instead', async () => {
    const broken = {
      ...(await files()),
      'emails/demo-invite.de.mjml': '---\nsubject: x\n---\n<mjml><mj-boddy/></mjml>',
    };
    const { status, body } = await api.call('POST /v1/playbook/preview', {
      body: { files: broken, lead: { id: lead }, email: 'demo-invite' },
    });
    expect(status).toBe(422);
    expect(body.errors).toContainEqual(
      expect.objectContaining({ file: 'emails/demo-invite.de.mjml', line: 4, column: 7 }),
    );
  });
});

describe('volley preview', () => {
  test('shows the email for a lead of the running system', async () => {
    const { code, out } = await cli('demo-invite', '--lead', 'ada@acme.example', '--dir', EXAMPLE);
    expect(code).toBe(0);
    expect(out).toContain('Subject  Eine Tafel für Acme & Sons, in dreißig Minuten');
    expect(out).toContain('Language de (also en), marketing');
    expect(out).toContain('Guten Tag Ada,');
    const inForce = await cli('evaluation-welcome', '--lead', lead, '--json');
    expect(JSON.parse(inForce.out)).toMatchObject({ language: 'de', email: 'evaluation-welcome' });
  });

  test('needs no system for a lead of a file, and writes both parts', async () => {
    const { code } = await cli(
      'evaluation-welcome',
      '--dir',
      EXAMPLE,
      '--row',
      '1',
      '--language',
      'ja',
      '--out',
      scratch,
    );
    expect(code).toBe(0);
    expect(await readFile(join(scratch, 'evaluation-welcome.ja.html'), 'utf8')).toContain('<html lang="ja"');
    expect(await readFile(join(scratch, 'evaluation-welcome.ja.txt'), 'utf8')).toContain('配信停止');
  });

  test.each([
    [['nothing', '--dir', EXAMPLE], 1, 'has no email nothing'],
    [['demo-invite'], 2, 'say for whom'],
    [['demo-invite', '--dir', EXAMPLE, '--row', '9999'], 2, 'none of number 9999'],
    [['demo-invite', '--dir', EXAMPLE, '--language', 'klingon'], 2, 'a language tag'],
  ])('%j ends with %i', async (args, code, words) => {
    const ended = await cli(...args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(words);
  });
});
