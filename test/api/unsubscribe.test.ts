import { afterAll, beforeAll, expect, test } from 'vitest';
import { signToken } from '../../src/email/tokens.ts';
import { openApi, SECRET, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const suppressed = async (email: string) => (await api.call(`GET /v1/suppressions?email=${email}`)).body.items;
const link = async (email: string) => {
  const leadId = await api.lead(email);
  return { leadId, path: `/u/${signToken(SECRET, { leadId, purpose: 'marketing' })}` };
};

test('a GET asks and changes nothing, for scanners follow links', async () => {
  const { path } = await link('page@acme.example');
  const page = await api.call(`GET ${path}`, { key: null });
  expect(page.status).toBe(200);
  expect(page.body).toContain('<form method="post">');
  expect(page.body).not.toMatch(/<script|https?:\/\//);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(await suppressed('page@acme.example')).toEqual([]);
});

test('the one-click POST of a mail program unsubscribes: no cookie, no redirect', async () => {
  const { leadId, path } = await link('click@acme.example');
  const answer = await api.call(`POST ${path}`, {
    key: null,
    raw: 'List-Unsubscribe=One-Click',
    type: 'application/x-www-form-urlencoded',
  });
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

test('the page’s button, an empty body and a second time do the same', async () => {
  const { path } = await link('again@acme.example');
  for (const options of [
    { raw: '', type: 'application/x-www-form-urlencoded' },
    {},
    { raw: 'x', type: 'text/plain' },
  ]) {
    expect((await api.call(`POST ${path}`, { key: null, ...options })).status).toBe(200);
  }
  expect(await suppressed('again@acme.example')).toHaveLength(1);
});

test('a forged, cut or foreign token is a 404 page that tells nothing', async () => {
  const { leadId, path } = await link('forged@acme.example');
  const foreign = signToken('another secret of thirty-two characters!', { leadId, purpose: 'marketing' });
  const gone = signToken(SECRET, { leadId: '0191f3a0-0000-7000-8000-000000000000', purpose: 'marketing' });
  for (const token of [path.slice(3, -2), foreign, gone, 'x', '%00', '<script>alert(1)</script>']) {
    for (const method of ['GET', 'POST']) {
      const page = await api.call(`${method} /u/${encodeURIComponent(token)}`, { key: null });
      expect(page.status).toBe(404);
      expect(page.body).toContain('This link does not work');
      expect(page.body).not.toContain('alert');
    }
  }
  expect(await suppressed('forged@acme.example')).toEqual([]);
});

test('a company’s name is text on the page, never markup', async () => {
  const { html } = await import('../../src/api/pages/html.ts');
  expect(html`<p title="${'"><b>'}">${"<i>&'"}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;b&gt;">&lt;i&gt;&amp;&#39;</p>',
  );
});
