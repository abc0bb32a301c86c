import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface Pair {
  readonly leads: readonly { readonly id: string; readonly email: string }[];
  readonly because: readonly string[];
}
const emails = (pair: Pair): string[] => pair.leads.map(({ email }) => email);
const lead = (email: string, more: Record<string, unknown> = {}) =>
  api.lead(email, { firstName: 'Ada', lastName: 'Lovelace', ...more });

describe('possible duplicates', () => {
  test('are told with what is the same, in pairs and at each lead; merged ones are gone', async () => {
    const one = await lead('ada@acme.example', { company: 'Acme', phone: '+44 20 7946 0123' });
    const two = await lead('a.lovelace@acme.example', { company: 'Acme' });
    const three = await lead('ada@private.example', { lastName: 'Byron', phone: '+44 (0)20 7946-0123' });
    const tagged = await lead('ada+webinar@acme.example', { firstName: 'A.', lastName: 'L.' });
    // The same name elsewhere, a colleague, and a name without a company are other people.
    await lead('ada@other.example', { company: 'Other' });
    await lead('grace@acme.example', { firstName: 'Grace', company: 'Acme' });
    await lead('ada.lovelace@gmail.com');
    const all = (await api.call('GET /v1/leads/duplicates')).body.items as Pair[];
    expect(all.map((pair) => [...emails(pair), ...pair.because])).toEqual([
      ['ada@acme.example', 'a.lovelace@acme.example', 'name'],
      ['ada@acme.example', 'ada@private.example', 'phone'],
      ['ada@acme.example', 'ada+webinar@acme.example', 'mailbox'],
    ]);
    const { body } = await api.call(`GET /v1/leads/${one}`);
    expect(body.possibleDuplicates).toMatchObject([
      { id: two, because: ['name'] },
      { id: three, because: ['phone'] },
      { id: tagged, because: ['mailbox'] },
    ]);
    expect((await api.call(`GET /v1/leads/${two}`)).body.possibleDuplicates).toMatchObject([{ id: one }]);
    for (const id of [two, three, tagged]) await api.call(`POST /v1/leads/${id}/merge`, { body: { into: one } });
    expect((await api.call('GET /v1/leads/duplicates')).body).toEqual({ items: [], next: null });
  });

  test('come in pages, each pair once with all its reasons', async () => {
    for (let i = 0; i < 4; i += 1)
      await lead(`pat+${i}@pages.example`, { company: 'Pages', phone: '+44 20 7946 0999' });
    const items: Pair[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page = await api.call(`GET /v1/leads/duplicates?limit=2${next === '' ? '' : `&cursor=${next}`}`);
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      items.push(...page.body.items);
      next = page.body.next;
    }
    expect(items).toHaveLength(6);
    expect(new Set(items.map((pair) => emails(pair).join())).size).toBe(6);
    for (const pair of items) expect(pair.because).toEqual(['phone', 'name', 'mailbox']);
  });

  test('are for those who may merge', async () => {
    expect((await api.call('GET /v1/leads/duplicates', { key: api.keys.rep })).status).toBe(403);
    expect((await api.call('GET /v1/leads/duplicates?limit=0')).status).toBe(400);
  });
});
