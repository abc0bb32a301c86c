import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const suppressions = async (query: string) => (await api.call(`GET /v1/suppressions?${query}`)).body.items;

describe('/v1/suppressions', () => {
  test('an address is suppressed under every spelling, and its leads hear of it', async () => {
    const lead = await api.lead('stop@acme.example');
    const made = await api.call('POST /v1/suppressions', {
      body: { email: 'STOP@acme.example', purpose: 'marketing', reason: 'asked' },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { email: 'stop@acme.example', purpose: 'marketing', until: null, reason: 'asked' },
    });
    expect(api.nudged.at(-1)).toBe(lead);
    expect(await suppressions('email=Stop@Acme.example')).toHaveLength(1);
    expect((await api.call(`GET /v1/leads/${lead}`)).body.suppressions).toEqual([
      { purpose: 'marketing', until: null, reason: 'asked' },
    ]);
  });

  test('an address is one under every spelling it is taken in as a lead by', async () => {
    const lead = await api.lead('joerg@müller.example');
    const made = await api.call('POST /v1/suppressions', { body: { email: 'joerg@MÜLLER.example', reason: 'asked' } });
    expect(made).toMatchObject({ status: 201, body: { email: 'joerg@xn--mller-kva.example' } });
    expect(await suppressions(`email=${encodeURIComponent('Jörg <joerg@müller.example>')}`)).toHaveLength(1);
    expect((await api.call(`GET /v1/leads/${lead}`)).body.suppressions).toHaveLength(1);
    const found = await api.call(`GET /v1/leads?q=${encodeURIComponent('joerg@müller.example')}`);
    expect(found.body.items).toMatchObject([{ id: lead }]);
    const file = { raw: 'joerg@müller.example\n', type: 'text/csv' };
    expect((await api.call('POST /v1/suppressions/import', file)).body).toMatchObject({ suppressed: 1, rejected: 0 });
    const gone = await api.call('DELETE /v1/suppressions', { body: { email: 'joerg@müller.example' } });
    expect(gone).toMatchObject({ status: 200, body: { removed: 1 } });
  });

  test('letters before the @ that no mail service takes are refused as that, here and of a lead', async () => {
    const says = /letters before the @ must be ASCII/;
    const body = { email: 'jörg@müller.example', reason: 'asked' };
    const refused = await api.call('POST /v1/suppressions', { body });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'email' }] } });
    expect(refused.body.errors[0].message).toMatch(says);
    const lead = await api.call('POST /v1/leads', { body: { email: 'jörg@müller.example' } });
    expect(lead).toMatchObject({ status: 422, body: { reason: 'email-invalid' } });
    expect(lead.body.detail).toMatch(says);
  });

  test('a domain, until a day', async () => {
    const body = { domain: 'Quiet.example', until: '2027-01-31', reason: 'contract talks' };
    expect(await api.call('POST /v1/suppressions', { body })).toMatchObject({
      status: 201,
      body: { domain: 'quiet.example', until: '2027-01-31T00:00:00.000Z' },
    });
    expect(await api.call('POST /v1/suppressions', { body: { ...body, until: '2026-01-31' } })).toMatchObject({
      status: 422,
      body: { type: '/problems/date-past' },
    });
    expect(await api.call('POST /v1/suppressions', { body: { ...body, until: '2027-02-30' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'until' }] },
    });
  });

  test('is about one address or one domain', async () => {
    for (const body of [
      { reason: 'x' },
      { reason: 'x', email: 'a@b.example', domain: 'b.example' },
      { reason: 'x', account: 'acme' },
      { reason: 'x', account: 'acme.example', domain: 'acme.example' },
      { reason: 'x', email: 'nobody' },
    ]) {
      expect(await api.call('POST /v1/suppressions', { body })).toMatchObject({
        status: 400,
        body: { type: '/problems/bad-input' },
      });
    }
  });

  test('ends by id, or by what it is about', async () => {
    const { body } = await api.call('POST /v1/suppressions', { body: { email: 'end@acme.example', reason: 'x' } });
    expect(await api.call(`DELETE /v1/suppressions/${body.id}`)).toMatchObject({ status: 200, body: { removed: 1 } });
    expect(await api.call(`DELETE /v1/suppressions/${body.id}`)).toMatchObject({ status: 404 });
    for (const purpose of ['marketing', 'sales'])
      await api.call('POST /v1/suppressions', { body: { email: 'end@acme.example', purpose, reason: 'x' } });
    expect(await api.call('DELETE /v1/suppressions', { body: { email: 'end@acme.example' } })).toMatchObject({
      status: 200,
      body: { removed: 2 },
    });
    expect(await suppressions('email=end@acme.example')).toEqual([]);
  });
});
