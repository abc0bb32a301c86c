import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken } from '../../src/email/tokens.ts';
import { peekLead } from '../../src/store/states.ts';
import { openApi, SECRET, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const merge = (id: string, into: string, key = api.keys.admin) =>
  api.call(`POST /v1/leads/${id}/merge`, { body: { into }, key });
const get = async (id: string) => (await api.call(`GET /v1/leads/${id}`)).body;
const signal = (id: string, lead: unknown, type = 'page.pricing') =>
  api.call('POST /v1/signals', { body: { signals: [{ id, lead, type }] } });

/** Two leads that have been looked at. */
async function pair(name: string, a: Record<string, unknown> = {}, b: Record<string, unknown> = {}) {
  const into = await api.lead(`${name}@acme.example`, a);
  const from = await api.lead(`${name}.old@acme.example`, b);
  for (const id of [into, from]) await api.advance(id);
  return { into, from };
}

describe('merging', () => {
  test('makes one lead of two: the journal of both in order, and what only one knew', async () => {
    const { into, from } = await pair(
      'ada',
      { externalId: 'crm-ada', attributes: { plan: 'pro' } },
      { externalId: 'crm-ada-2', phone: '+44 20 7946 0123', title: 'COO', attributes: { plan: 'free', seats: '9' } },
    );
    await signal('m-1', { id: from });
    await api.advance(from);
    expect(await merge(from, into)).toMatchObject({ status: 200, body: { lead: { id: into }, merged: { id: from } } });
    expect(api.nudged.slice(-2)).toEqual([into, from]);
    await api.advance(into);
    await api.advance(from);
    const lead = await get(into);
    expect(lead).toMatchObject({
      email: 'ada@acme.example',
      externalId: 'crm-ada',
      phone: '+442079460123',
      title: 'COO',
      attributes: { plan: 'pro', seats: '9' },
    });
    expect(lead.aliases.map((x: Record<string, string>) => x['id'] ?? x['email'] ?? x['externalId']).sort()).toEqual(
      [from, 'ada.old@acme.example', 'crm-ada-2'].sort(),
    );
    const { items } = (await api.call(`GET /v1/leads/${into}/journal?limit=500`)).body;
    expect(new Set(items.map((x: { lead: { id: string } }) => x.lead.id))).toEqual(new Set([into, from]));
    const times = items.map((x: { at: string }) => x.at);
    expect(times).toEqual([...times].sort());
    const told = items.filter((x: { type: string }) => x.type === 'lead.merged');
    expect(told.map((x: { sentence: string }) => x.sentence).sort()).toEqual([
      expect.stringMatching(/^Lead .* was the same person/),
      expect.stringMatching(/^The lead ends here/),
    ]);
    const pages = [];
    for (let next: string | null = ''; next !== null; ) {
      const page = await api.call(`GET /v1/leads/${into}/journal?limit=3${next === '' ? '' : `&cursor=${next}`}`);
      pages.push(...page.body.items);
      next = page.body.next;
    }
    expect(pages).toEqual(items);
    expect((await api.call(`GET /v1/leads/${into}/explain`)).status).toBe(200);
  });

  test('the old id answers 410 with the survivor; old names reach it', async () => {
    const { into, from } = await pair('grace', {}, { externalId: 'crm-grace' });
    await merge(from, into);
    for (const path of [`GET /v1/leads/${from}`, `GET /v1/leads/${from}/journal`, `POST /v1/leads/${from}/object`]) {
      expect(await api.call(path)).toMatchObject({
        status: 410,
        body: { type: '/problems/lead-merged', mergedInto: into },
      });
    }
    const write = (body: Record<string, unknown>) => api.call('POST /v1/leads', { body });
    expect(await write({ email: 'Grace.Old@acme.example', title: 'CTO' })).toMatchObject({
      status: 200,
      body: { id: into, email: 'grace@acme.example', title: 'CTO' },
    });
    expect(await write({ email: 'grace@acme.example', externalId: 'crm-grace', company: 'Acme' })).toMatchObject({
      status: 200,
      body: { id: into, externalId: 'crm-grace' },
    });
    for (const [i, lead] of [{ id: from }, { email: 'grace.old@acme.example' }].entries()) {
      expect((await signal(`m-old-${i}`, lead)).body).toMatchObject({ accepted: 1 });
    }
    await api.advance(into);
    const { items } = (await api.call(`GET /v1/leads/${into}/journal?type=signal.received`)).body;
    expect(items.length).toBe(2);
    expect((await api.call('GET /v1/leads?q=grace')).body.items.length).toBe(1);
  });

  test('of a clash between two external ids of one person says nothing, of another person 409', async () => {
    const { into, from } = await pair('clash', { externalId: 'crm-a' }, { externalId: 'crm-b' });
    await merge(from, into);
    const other = await api.lead('other@acme.example');
    const write = (email: string, externalId: string) => api.call('POST /v1/leads', { body: { email, externalId } });
    expect(await write('clash@acme.example', 'crm-b')).toMatchObject({ status: 200, body: { id: into } });
    expect(await write('clash.old@acme.example', 'crm-a')).toMatchObject({ status: 200, body: { id: into } });
    expect(await write('other@acme.example', 'crm-b')).toMatchObject({ status: 409 });
    expect((await get(other)).externalId).toBeNull();
  });

  test('the stricter consent of both holds, an opt-out of either too, a bounce stays with its address', async () => {
    const consent = (expires?: string) => ({
      consent: [
        { purpose: 'marketing', basis: 'opt-in', source: 'form', at: '2026-01-01', ...(expires && { expires }) },
      ],
    });
    const { into, from } = await pair('consent', consent(), consent('2027-01-01'));
    await api.call('POST /v1/suppressions', {
      body: { email: 'consent.old@acme.example', purpose: 'sales', reason: 'unsubscribed' },
    });
    await api.call('POST /v1/suppressions', { body: { email: 'consent.old@acme.example', reason: 'bounced' } });
    await merge(from, into);
    const lead = await get(into);
    expect(lead.consents).toMatchObject([{ purpose: 'marketing', expires: '2027-01-01T00:00:00.000Z' }]);
    expect(lead.suppressions).toEqual([{ purpose: 'sales', until: null, reason: 'unsubscribed' }]);
  });

  test('who unsubscribes by a link in an old mail, or complains from the old address, is heard', async () => {
    const { into, from } = await pair('link');
    await merge(from, into);
    const token = signToken(SECRET, { leadId: from, purpose: 'marketing', touch: 't-link' });
    expect((await api.call(`POST /u/${token}`, { key: null })).status).toBe(200);
    await api.call('POST /v1/suppressions', {
      body: { email: 'link.old@acme.example', purpose: 'sales', reason: 'complained' },
    });
    await api.call('POST /v1/suppressions', { body: { email: 'link.old@acme.example', reason: 'bounced' } });
    const rows = (await get(into)).suppressions.map(
      (x: { purpose: string; reason: string }) => `${x.purpose} ${x.reason}`,
    );
    // One of the person and one of the address.
    expect([...new Set<string>(rows)].sort()).toEqual(['marketing unsubscribed', 'sales complained']);
  });

  test('of two handoffs the older stays, with its task; the other one closes with the reason', async () => {
    const younger = await api.offered('young@two-handoffs.example');
    api.now -= 3_600_000;
    const older = await api.offered('elder@two-handoffs.example');
    api.now += 3_600_000;
    expect((await merge(older.leadId, younger.leadId)).status).toBe(200);
    await api.advance(younger.leadId);
    const lead = await get(younger.leadId);
    expect(lead.tasks.map((x: { id: string }) => x.id)).toEqual([older.task.id]);
    expect(lead.custody).toMatchObject({ who: 'sales', rep: older.task.assignee });
    const closed = await api.call(`GET /v1/tasks/${younger.task.id}`);
    expect(closed.body).toMatchObject({ state: 'expired', reason: 'merged', lead: { id: younger.leadId } });
    const key = await api.keyOf(older.task.assignee);
    expect((await api.call(`POST /v1/tasks/${older.task.id}/accept`, { key })).status).toBe(200);
    await api.advance(younger.leadId);
    expect((await get(younger.leadId)).custody).toMatchObject({ who: 'sales', rep: older.task.assignee, until: null });
    const { db } = api.store.database;
    const handoffs = await db.selectFrom('handoffs').selectAll().where('lead_id', '=', younger.leadId).execute();
    expect(handoffs.map((row) => row.ended).sort()).toEqual(['merged', null]);
  });

  test('is refused of a lead with itself, of one that is gone, to a rep', async () => {
    const { into, from } = await pair('refuse');
    expect(await merge(into, into)).toMatchObject({ status: 400, body: { errors: [{ path: 'into' }] } });
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect((await merge(from, nobody)).status).toBe(404);
    expect((await merge(nobody, into)).status).toBe(404);
    expect((await merge(from, into, api.keys.rep)).status).toBe(403);
    await merge(from, into);
    expect(await merge(from, into)).toMatchObject({
      status: 409,
      body: { type: '/problems/already-merged', mergedInto: into },
    });
  });

  test('goes on over several leads: all old names lead to the last', async () => {
    const { into, from } = await pair('chain');
    const last = await api.lead('chain.last@acme.example');
    await merge(from, into);
    await merge(into, last);
    expect(await api.call(`GET /v1/leads/${from}`)).toMatchObject({ status: 410, body: { mergedInto: last } });
    expect((await get(last)).aliases.length).toBe(4);
    const leads = (await api.call(`GET /v1/leads/${last}/journal?limit=500`)).body.items;
    expect(new Set(leads.map((x: { lead: { id: string } }) => x.lead.id)).size).toBe(3);
  });

  test('what reached the old lead at the last moment is passed on', async () => {
    const { into, from } = await pair('late');
    await merge(from, into);
    const { db } = api.store.database;
    const row = { dedupe_key: null, at: new Date(api.now), received_at: new Date(api.now), applied_seq: 0 };
    const body = JSON.stringify({ kind: 'signal', type: 'page.pricing', human: true });
    await db
      .insertInto('inbox')
      .values({ ...row, id: 'late-row', lead_id: from, body })
      .execute();
    await api.advance(from);
    await api.advance(into);
    const { items } = (await api.call(`GET /v1/leads/${into}/journal?type=signal.received`)).body;
    expect(items).toMatchObject([{ data: { type: 'page.pricing' } }]);
  });
});

describe('at the same moment', () => {
  test('A into B and B into A, 20 at once: one wins, the others are told so', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { into, from } = await pair(`swap-${round}`);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => ((i + round) % 2 ? merge(into, from) : merge(from, into))),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 409)).toHaveLength(19);
      const gone = (await Promise.all([into, from].map((id) => api.call(`GET /v1/leads/${id}`)))).map((x) => x.status);
      expect(gone.sort()).toEqual([200, 410]);
    }
  });

  test('a rep’s answer, signals, writes and looks of the engine are lost by neither lead', {
    timeout: 120_000,
  }, async () => {
    for (let round = 0; round < 5; round += 1) {
      const { leadId: from, task } = await api.offered(`racing-${round}@race-${round}.example`);
      const into = await api.lead(`racing-${round}.new@race-${round}.example`);
      await api.advance(into);
      const key = await api.keyOf(task.assignee);
      const signals = Array.from(
        { length: 6 },
        (_, i) => () => signal(`race-${round}-${i}`, { id: i % 2 ? from : into }),
      );
      const look = (id: string) => () => api.advance(id).catch(() => undefined);
      const email = `racing-${round}@race-${round}.example`;
      const accept = () => api.call(`POST /v1/tasks/${task.id}/accept`, { key });
      const acts: (() => Promise<unknown>)[] = [
        ...signals,
        () => merge(from, into),
        () => accept(),
        () => api.call('POST /v1/leads', { body: { email, title: 'CEO' } }),
        ...[into, from, into, from].map(look),
        ...Array.from({ length: 4 }, () => () => merge(from, into)),
        ...[from, into, from].map(look),
      ];
      expect(acts).toHaveLength(20);
      const order = acts.map((act, i) => ({ act, at: (i * 7 + round * 3) % 20 })).sort((a, b) => a.at - b.at);
      const answers = await Promise.all(order.map(({ act }) => act()));
      const statuses = answers.flatMap((x) => (typeof x === 'object' && x !== null && 'status' in x ? [x.status] : []));
      expect(statuses.filter((status) => Number(status) >= 500)).toEqual([]);
      for (const id of [from, into, from, into]) await api.advance(id);
      const lead = await get(into);
      expect(lead).toMatchObject({ title: 'CEO', custody: { who: 'sales', rep: task.assignee, until: null } });
      const { items } = (await api.call(`GET /v1/leads/${into}/journal?limit=500`)).body;
      const count = (type: string) => items.filter((x: { type: string }) => x.type === type).length;
      expect([count('signal.received'), count('handoff.accepted'), count('lead.merged')]).toEqual([6, 1, 2]);
      const db = api.store.database.db;
      expect((await peekLead(db, into))?.state?.signals['page.pricing']?.n).toBe(6);
      for (const table of ['inbox', 'tasks', 'enrollments', 'touches', 'lead_states'] as const) {
        const left = await db.selectFrom(table).select('lead_id').where('lead_id', '=', from).execute();
        expect([table, left]).toEqual([table, []]);
      }
    }
  });
});
