import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PREFERENCE_WORDS } from '../../src/api/pages/preference-words.ts';
import { DAY } from '../../src/core/time.ts';
import { signToken } from '../../src/email/tokens.ts';
import { type Answer, openApi, SECRET, START, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const suppressed = async (email: string) => (await api.call(`GET /v1/suppressions?email=${email}`)).body.items;
const link = async (email: string, more: Record<string, unknown> = {}) => {
  const leadId = await api.lead(email, more);
  return { leadId, path: `/u/${signToken(SECRET, { leadId, purpose: 'marketing' })}` };
};
const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  api.call(`GET ${path}`, { key: null, headers });
const send = (path: string, form: string): Promise<Answer> =>
  api.call(`POST ${path}`, { key: null, raw: form, type: 'application/x-www-form-urlencoded' });
const ONE_CLICK = 'List-Unsubscribe=One-Click';
const lead = async (id: string) => (await api.call(`GET /v1/leads/${id}`)).body;
const topicsForm = (wanted: readonly string[]): string =>
  ['do=topics', ...wanted.map((topic) => `topic=${encodeURIComponent(topic)}`)].join('&');
/** Topics of the page's boxes, with whether they are ticked. */
const boxes = (page: string): [topic: string, wanted: boolean][] =>
  [...page.matchAll(/<input type="checkbox" name="topic" value="([^"]+)"( checked)?>/g)].map((box) => [
    box[1] ?? '',
    box[2] !== undefined,
  ]);

describe('the one-click link', () => {
  test('a GET asks and changes nothing, for scanners follow links', async () => {
    const { leadId, path } = await link('page@acme.example');
    for (const method of ['GET', 'HEAD']) expect((await api.call(`${method} ${path}`, { key: null })).status).toBe(200);
    expect(await suppressed('page@acme.example')).toEqual([]);
    expect((await lead(leadId)).preferences).toEqual({ declined: [], pausedUntil: null });
  });

  test('the POST of a mail program unsubscribes: no cookie, no redirect', async () => {
    const { leadId, path } = await link('click@acme.example');
    const answer = await send(path, ONE_CLICK);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('location')).toBeNull();
    expect(await suppressed('click@acme.example')).toMatchObject([
      { purpose: 'marketing', reason: 'unsubscribed', by: 'lead' },
    ]);
    expect(api.nudged.at(-1)).toBe(leadId);
    await api.advance(leadId);
    const journal = await api.call(`GET /v1/leads/${leadId}/journal?type=lead.suppressed`);
    expect(journal.body.items).toMatchObject([{ by: 'lead', data: { why: 'unsubscribed', purpose: 'marketing' } }]);
  });

  test('an empty body, another type and a second time do the same', async () => {
    const { path } = await link('again@acme.example');
    const boundary = 'x';
    const multipart = `--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n`;
    for (const options of [
      { raw: '', type: 'application/x-www-form-urlencoded' },
      {},
      { raw: 'x', type: 'text/plain' },
      { raw: multipart, type: `multipart/form-data; boundary=${boundary}` },
    ]) {
      expect((await api.call(`POST ${path}`, { key: null, ...options })).status).toBe(200);
    }
    expect(await suppressed('again@acme.example')).toHaveLength(1);
  });

  test('holds for the person, whatever the address becomes', async () => {
    const { leadId, path } = await link('old@acme.example', { externalId: 'crm-1' });
    await send(path, ONE_CLICK);
    await api.lead('new@acme.example', { externalId: 'crm-1' });
    expect((await lead(leadId)).email).toBe('new@acme.example');
    expect((await lead(leadId)).suppressions).toEqual([{ purpose: 'marketing', until: null, reason: 'unsubscribed' }]);
    expect((await get(path)).body).toContain('You get no more marketing emails from Northwind.');
  });

  test('a forged, cut or foreign token is a 404 page that tells nothing', async () => {
    const { leadId, path } = await link('forged@acme.example');
    const foreign = signToken('another secret of thirty-two characters!', { leadId, purpose: 'marketing' });
    const gone = signToken(SECRET, { leadId: '0191f3a0-0000-7000-8000-000000000000', purpose: 'marketing' });
    for (const token of [path.slice(3, -2), foreign, gone, 'x', '%00', '<script>alert(1)</script>']) {
      for (const call of [
        get(`/u/${encodeURIComponent(token)}`),
        send(`/u/${encodeURIComponent(token)}`, ONE_CLICK),
        send(`/u/${encodeURIComponent(token)}`, 'do=pause'),
      ]) {
        const page = await call;
        expect(page.status).toBe(404);
        expect(page.body).toContain('This link does not work');
        expect(page.body).not.toContain('alert');
      }
    }
    expect(await suppressed('forged@acme.example')).toEqual([]);
  });
});

describe('the page', () => {
  test('needs no script and nothing from elsewhere, and no cache, index or frame may keep it', async () => {
    const { path } = await link('safe@acme.example');
    for (const page of [await get(path), await send(path, 'do=pause'), await get('/u/broken')]) {
      expect(page.body).not.toMatch(/<script|https?:\/\/|<img|<link|url\(|@import/);
      expect(page.body).toContain('<meta name="robots" content="noindex">');
      const csp = page.headers.get('content-security-policy') ?? '';
      expect(csp).toContain("default-src 'none'");
      expect(csp).toContain("form-action 'self'");
      expect(csp).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      expect(page.headers.get('set-cookie')).toBeNull();
    }
  });

  test('each box and button says what it does, under a heading, in a page with a language', async () => {
    const { path } = await link('labels@acme.example');
    const { body } = await get(path);
    expect(body).toMatch(/<html lang="en">/);
    expect(body.match(/<h1>/g)).toHaveLength(1);
    expect(body.match(/<input type="checkbox"/g)).toHaveLength(body.match(/<label class="choice">/g)?.length ?? 0);
    expect(body).toMatch(/<fieldset><legend>/);
    expect([...body.matchAll(/<button[^>]*>([^<]*)<\/button>/g)].every(([, label]) => (label ?? '').length > 3)).toBe(
      true,
    );
    expect(body).toContain('name="viewport"');
  });

  test('a company’s name is text on the page, never markup', async () => {
    const { html } = await import('../../src/api/pages/html.ts');
    expect(html`<p title="${'"><b>'}">${"<i>&'"}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;b&gt;">&lt;i&gt;&amp;&#39;</p>',
    );
  });
});

describe('what a lead may choose', () => {
  test('topics of marketing, by the playbook’s names: what is not ticked is declined, and can be ticked again', async () => {
    const { leadId, path } = await link('topics@acme.example');
    const offered = boxes((await get(path)).body);
    expect(offered.length).toBeGreaterThan(3);
    expect(offered.every(([, wanted]) => wanted)).toBe(true);
    // Service and sales have topics too: they are not marketing's to offer.
    expect(offered.map(([topic]) => topic)).not.toContain('onboarding');
    const wanted = offered.map(([topic]) => topic).filter((topic) => topic !== 'roi');
    const answer = await send(path, topicsForm(wanted));
    expect(answer.body).toContain('role="status"');
    expect(boxes(answer.body).filter(([, is]) => !is)).toEqual([['roi', false]]);
    expect((await lead(leadId)).preferences.declined).toEqual(['roi']);
    await api.advance(leadId);
    const told = await api.call(`GET /v1/leads/${leadId}/journal?type=preferences.changed`);
    expect(told.body.items).toMatchObject([
      { by: 'lead', reason: 'preference', data: { declined: 'roi' }, sentence: expect.stringContaining('about roi') },
    ]);
    const all = topicsForm(offered.map(([topic]) => topic));
    expect(boxes((await send(path, all)).body).every(([, is]) => is)).toBe(true);
    // The same again is no news.
    const before = api.nudged.length;
    await send(path, all);
    expect(api.nudged.length).toBe(before);
  });

  test('topics that were never offered are not kept', async () => {
    const { leadId, path } = await link('strange@acme.example');
    await send(path, 'do=topics&topic=constructor&topic=nothing');
    const { declined } = (await lead(leadId)).preferences;
    expect(declined).toContain('roi');
    expect(declined).not.toContain('constructor');
  });

  test('a pause for a month, and its end', async () => {
    const { leadId, path } = await link('pause@acme.example', { timeZone: 'Europe/London' });
    const answer = await send(path, 'do=pause');
    expect(answer.body).toContain('No marketing emails until December 24, 2026.');
    expect((await lead(leadId)).preferences.pausedUntil).toBe('2026-12-24T10:00:00.000Z');
    expect(await suppressed('pause@acme.example')).toEqual([]);
    expect((await send(path, 'do=go-on')).body).not.toContain('No marketing emails until');
    expect((await lead(leadId)).preferences.pausedUntil).toBeNull();
    await api.advance(leadId);
    const told = await api.call(`GET /v1/leads/${leadId}/journal?type=preferences.changed`);
    expect(told.body.items.map((one: { data: unknown }) => one.data)).toEqual([
      { pausedUntil: START + 30 * DAY },
      { pauseEnded: true },
    ]);
  });

  test('everything, and all of it back: a consent is the trace, and only their own word is taken back', async () => {
    const { leadId, path } = await link('all@acme.example');
    await send(path, 'do=all');
    expect((await suppressed('all@acme.example')).map((one: { purpose: string }) => one.purpose).sort()).toEqual([
      'marketing',
      'sales',
    ]);
    const page = await get(path);
    expect(page.body).not.toContain('name="topic"');
    const back = await send(path, 'do=back');
    expect(back.body).toContain('You are subscribed again.');
    expect(await suppressed('all@acme.example')).toEqual([]);
    expect((await lead(leadId)).consents).toMatchObject([
      { purpose: 'marketing', basis: 'consent', at: new Date(START).toISOString(), expires: null, state: 'given' },
      { purpose: 'sales', basis: 'consent', at: new Date(START).toISOString(), expires: null, state: 'given' },
    ]);
    await api.advance(leadId);
    const told = await api.call(`GET /v1/leads/${leadId}/journal?type=consent.given`);
    expect(told.body.items.map((one: { data: unknown; by: string }) => [one.data, one.by])).toEqual(
      ['marketing', 'sales'].map((purpose) => [
        { purpose, basis: 'consent', source: 'preference page', givenAt: START },
        'lead',
      ]),
    );
    expect((await lead(leadId)).suppressions).toEqual([]);
  });

  test('what the company, a bounce or an objection closed, nobody opens by a link', async () => {
    const { leadId, path } = await link('closed@acme.example');
    await send(path, ONE_CLICK);
    await api.call('POST /v1/suppressions', { body: { domain: 'acme-closed.example', reason: 'contract' } });
    await api.call(`POST /v1/leads/${leadId}/object`, { body: {} });
    const page = await send(path, 'do=back');
    expect(page.body).toContain('This address gets no emails from us at the moment');
    expect(page.body).not.toContain('value="back"');
    expect(page.body).not.toContain('subscribed again');
    await api.advance(leadId);
    const journal = (await api.call(`GET /v1/leads/${leadId}/journal?type=preferences.changed`)).body.items;
    expect(journal).toEqual([]);
    expect((await lead(leadId)).suppressions).toContainEqual({ purpose: 'marketing', until: null, reason: 'objected' });
  });

  test('a form the page does not have changes nothing', async () => {
    const { leadId, path } = await link('unknown@acme.example');
    const answer = await send(path, 'do=everything-now');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/role="alert">We did not understand this choice, and nothing has changed\./);
    expect(boxes(answer.body).length).toBeGreaterThan(3);
    expect(await suppressed('unknown@acme.example')).toEqual([]);
    expect((await lead(leadId)).preferences).toEqual({ declined: [], pausedUntil: null });
  });
});

describe('coming back', () => {
  test('where nothing was left says so, and tells nobody', async () => {
    const { path } = await link('never-left@acme.example');
    const before = api.nudged.length;
    const page = await send(path, 'do=back');
    expect(page.body).toContain('You are subscribed already; nothing has changed.');
    expect(page.body).not.toContain('subscribed again');
    expect(api.nudged.length).toBe(before);
  });

  test('lifts nothing that an operator added to it', async () => {
    const { leadId, path } = await link('operator@acme.example');
    await send(path, ONE_CLICK);
    const body = { email: 'operator@acme.example', purpose: 'marketing', reason: 'contract talks' };
    await api.call('POST /v1/suppressions', { body });
    const page = await send(path, 'do=back');
    expect(page.body).toContain('gets no emails from us at the moment');
    expect(page.body).not.toContain('subscribed');
    expect(await suppressed('operator@acme.example')).toMatchObject([{ reason: 'contract talks' }]);
    expect((await lead(leadId)).permissions.marketing.may).toBe(false);
  });
});

describe('the language', () => {
  test('is the lead’s, else the browser’s, else English', async () => {
    const { path } = await link('deutsch@acme.example', { locale: 'de-CH' });
    expect((await get(path, { 'accept-language': 'fr' })).body).toContain('Ihre E-Mails von Northwind');
    const { path: unknown } = await link('klingon@acme.example', { locale: 'tlh' });
    expect((await get(unknown, { 'accept-language': 'xx, ja;q=0.9, fr;q=0.5' })).body).toContain('<html lang="ja">');
    expect((await get(unknown, { 'accept-language': 'de;q=0, xx' })).body).toContain('<html lang="en">');
    expect((await get('/u/broken', { 'accept-language': 'nn' })).body).toContain('Lenken virker ikke');
  });

  test.each(Object.entries(PREFERENCE_WORDS))(
    '%s has all its words, with the company and the day',
    async (lang, words) => {
      const leadId = await api.lead(`${lang}@languages.example`, { locale: lang });
      const path = `/u/${signToken(SECRET, { leadId, purpose: 'marketing' })}`;
      const paused = await send(path, 'do=pause');
      expect(paused.body).not.toMatch(/\{\w+\}/);
      expect(paused.body).toContain(`<html lang="${lang}">`);
      expect(paused.body).toMatch(/2026/);
      const says = async (form: string): Promise<string> => (await send(path, form)).body.replaceAll('&#39;', "'");
      expect(await says('do=back')).toContain(words.already);
      expect(await says('do=nonsense')).toContain(words.unknown);
      expect((await send(path, ONE_CLICK)).body).toContain('Northwind');
      expect(await says('do=back')).toContain(words.isBack);
      const texts = JSON.stringify(words);
      expect(texts.match(/\{\w+\}/g)?.sort()).toEqual(['{date}', '{name}', '{name}', '{name}', '{name}']);
    },
  );
});
