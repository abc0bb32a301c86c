import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

describe('POST /v1/leads', () => {
  test('a new lead is 201, the same again 200 and unchanged, and only what changed is nudged', async () => {
    const body = {
      email: 'Grace.Hopper@Navy.Example',
      firstName: 'grace',
      country: 'United Kingdom',
      externalId: 'crm-1',
    };
    const first = await api.call('POST /v1/leads', { body });
    expect(first).toMatchObject({
      status: 201,
      body: {
        outcome: 'created',
        email: 'grace.hopper@navy.example',
        country: 'GB',
        externalId: 'crm-1',
        stage: 'exploring',
      },
    });
    expect(first.headers.get('location')).toBe(`/v1/leads/${first.body.id}`);
    const nudges = api.nudged.length;
    const again = await api.call('POST /v1/leads', { body });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, outcome: 'unchanged' } });
    expect(api.nudged.length).toBe(nudges);
    const changed = await api.call('POST /v1/leads', { body: { ...body, title: 'Admiral' } });
    expect(changed).toMatchObject({ status: 200, body: { outcome: 'updated', title: 'Admiral' } });
    expect(api.nudged.at(-1)).toBe(first.body.id);
  });

  test('an address that a CRM changes takes opt-outs along, and the old one still leads to the person', async () => {
    const id = await api.lead('old@changed.example', { externalId: 'crm-changed' });
    await api.call('POST /v1/suppressions', { body: { email: 'old@changed.example', reason: 'asked by phone' } });
    const change = { externalId: 'crm-changed', email: 'new@changed.example' };
    expect(await api.call('POST /v1/leads', { body: change })).toMatchObject({ status: 200, body: { id } });
    expect((await api.call(`GET /v1/leads/${id}`)).body).toMatchObject({
      email: 'new@changed.example',
      suppressions: [{ reason: 'asked by phone' }],
      aliases: [{ email: 'old@changed.example', why: 'changed' }],
    });
    // A form that still knows the old address makes no second lead, and does not change it back.
    const form = await api.call('POST /v1/leads', { body: { email: 'old@changed.example', title: 'COO' } });
    expect(form).toMatchObject({ status: 200, body: { id, email: 'new@changed.example', title: 'COO' } });
    // What is said there later binds the person, too.
    await api.call('POST /v1/suppressions', { body: { email: 'old@changed.example', purpose: 'sales', reason: 'no' } });
    expect((await api.call(`GET /v1/leads/${id}`)).body.suppressions).toHaveLength(2);
    // Another person of the same CRM may get the address.
    const heir = await api.call('POST /v1/leads', { body: { email: 'old@changed.example', externalId: 'crm-heir' } });
    expect(heir).toMatchObject({ status: 201, body: { outcome: 'created' } });
    // And back again: an address in use is nobody's former one.
    expect(await api.call('POST /v1/leads', { body: { ...change, email: 'third@changed.example' } })).toMatchObject({
      status: 200,
      body: { id },
    });
    expect((await api.call('POST /v1/leads', { body: change })).body).toMatchObject({ id, email: change.email });
    const { aliases } = (await api.call(`GET /v1/leads/${id}`)).body;
    expect(aliases.map((one: { email: string }) => one.email)).not.toContain(change.email);
  });

  test('junk is refused with its field and reason, and nothing is stored', async () => {
    const answer = await api.call('POST /v1/leads', { body: { email: 'not an address' } });
    expect(answer).toMatchObject({
      status: 422,
      body: { type: '/problems/lead-refused', errors: [{ path: 'email' }] },
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect((await api.call('GET /v1/leads?q=not%20an')).body.items).toEqual([]);
  });

  test('an external id and an address of two leads clash', async () => {
    await api.lead('clash-a@acme.example', { externalId: 'clash-a' });
    await api.lead('clash-b@acme.example', { externalId: 'clash-b' });
    const answer = await api.call('POST /v1/leads', { body: { email: 'clash-b@acme.example', externalId: 'clash-a' } });
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/identity-clash' } });
  });
});

describe('GET /v1/leads', () => {
  test('pages by cursor without repeating or losing one, and filters', async () => {
    for (const n of [1, 2, 3, 4, 5]) await api.lead(`paged-${n}@paged.example`, { company: 'Paged Ltd' });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.call(`GET /v1/leads?q=paged.example&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: { email: string }) => item.email));
      cursor = body.next ?? '';
    } while (cursor !== '');
    expect(seen).toEqual([5, 4, 3, 2, 1].map((n) => `paged-${n}@paged.example`));
    expect((await api.call('GET /v1/leads?custody=sales&q=paged')).body.items).toEqual([]);
  });

  test('a cursor of another making is 400, as is a query that is not known', async () => {
    const id = await api.lead('cursor@acme.example');
    const own = (await api.call('GET /v1/leads?limit=1')).body.next;
    expect(await api.call(`GET /v1/leads/${id}/journal?cursor=${own}`)).toMatchObject({
      status: 400,
      body: { type: '/problems/bad-cursor' },
    });
    expect(await api.call('GET /v1/leads?cursor=zzz')).toMatchObject({
      status: 400,
      body: { type: '/problems/bad-cursor' },
    });
    const odd = await api.call('GET /v1/leads?sort=rank');
    expect(odd).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'sort', message: 'is not known in this version' }] },
    });
  });
});

describe('GET /v1/leads/{id}', () => {
  test('shows stage, custody, score with reasons, enrollments, open tasks', async () => {
    const { leadId, task } = await api.offered('detail@acme.example');
    const { body } = await api.call(`GET /v1/leads/${leadId}`);
    expect(body).toMatchObject({
      id: leadId,
      stage: 'exploring',
      custody: { who: 'sales', rep: task.assignee, handoff: 'hot', sla: 'hot' },
      score: { engagement: 0 },
      tasks: [{ id: task.id, kind: 'handoff', state: 'open', lead: { id: leadId } }],
    });
    expect(body.custody.until).not.toBeNull();
    expect(body.enrollments.length).toBeGreaterThan(0);
  });

  test('an unknown lead and a broken id are 404', async () => {
    for (const id of ['0191f3a0-0000-7000-8000-000000000000', 'nobody', '%00']) {
      expect(await api.call(`GET /v1/leads/${id}`)).toMatchObject({
        status: 404,
        body: { type: '/problems/not-found' },
      });
    }
  });

  test('the journal tells what happened, with the reason in words', async () => {
    const { leadId } = await api.offered('journal@nobody-else.example');
    const { body } = await api.call(`GET /v1/leads/${leadId}/journal?type=handoff.offered`);
    expect(body.items).toMatchObject([
      {
        type: 'handoff.offered',
        reason: 'by-request',
        sentence: expect.stringMatching(
          /^The lead is offered to \S+@northwind\.example \(handoff hot\), by the key \S+: .*An answer is due by Tue 24 Nov 2026, \d\d:\d\d\.$/,
        ),
      },
    ]);
    const newest = await api.call(`GET /v1/leads/${leadId}/journal?order=newest&limit=2`);
    const { seq } = newest.body.items[0];
    expect(newest.body.items[1].seq).toBe(seq - 1);
    const older = await api.call(`GET /v1/leads/${leadId}/journal?order=newest&limit=1&cursor=${newest.body.next}`);
    expect(older.body.items[0].seq).toBe(seq - 2);
    const all = await api.call(`GET /v1/leads/${leadId}/journal?limit=1`);
    expect(all.body.items).toHaveLength(1);
    expect(all.body.next).not.toBeNull();
    const ahead = await api.call(`GET /v1/leads/${leadId}/journal?from=2027-01-01T00:00:00Z`);
    expect(ahead.body.items).toEqual([]);
  });
});

describe('a person decides', () => {
  test('recycle asks for an agreed reason, its facts, and a date only where one is asked for', async () => {
    const { leadId, task } = await api.offered('recycle@acme.example');
    await api.call(`POST /v1/tasks/${task.id}/accept`, { body: {} });
    await api.advance(leadId);
    const recycle = (body: unknown) => api.call(`POST /v1/leads/${leadId}/recycle`, { body });
    expect(await recycle({ reason: 'because' })).toMatchObject({
      status: 422,
      body: { type: '/problems/unknown-in-playbook', errors: [{ path: 'reason' }] },
    });
    expect(await recycle({ reason: 'not-ready' })).toMatchObject({
      status: 422,
      body: { type: '/problems/facts-missing', errors: [{ path: 'facts.timing' }, { path: 'facts.objection' }] },
    });
    const facts = { timing: 'spring', objection: 'budget' };
    expect(await recycle({ reason: 'not-ready', facts, until: '2026-02-30' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'until' }] },
    });
    expect(await recycle({ reason: 'not-ready', facts, until: '2026-01-01' })).toMatchObject({
      status: 422,
      body: { type: '/problems/date-past' },
    });
    expect(await recycle({ reason: 'no-response' })).toMatchObject({
      status: 422,
      body: { type: '/problems/attempts-missing' },
    });
    expect(await recycle({ reason: 'not-ready', facts, until: '2027-02-01' })).toMatchObject({
      status: 202,
      body: { lead: { id: leadId } },
    });
    // The engine has not looked yet, and still it cannot be given back twice.
    expect(await recycle({ reason: 'not-ready', facts })).toMatchObject({
      status: 409,
      body: { type: '/problems/not-with-sales' },
    });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody.who).not.toBe('sales');
  });

  test('disqualify ends it all, once', async () => {
    const leadId = await api.lead('junk@acme.example');
    await api.advance(leadId);
    const say = () => api.call(`POST /v1/leads/${leadId}/disqualify`, { body: { reason: 'competitor' } });
    expect(await say()).toMatchObject({ status: 202 });
    expect(await say()).toMatchObject({ status: 409, body: { type: '/problems/already-disqualified' } });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body).toMatchObject({ disqualified: { reason: 'competitor' } });
    expect(await api.call('POST /v1/handoffs', { body: { lead: { id: leadId }, handoff: 'hot' } })).toMatchObject({
      status: 409,
    });
  });

  test('a disqualification is lifted by a manager, and the lead is in play again', async () => {
    const { leadId, task } = await api.offered('misclicked@misclicked.example');
    const rep = await api.keyOf(task.assignee);
    await api.call(`POST /v1/tasks/${task.id}/reject`, { key: rep, body: { reason: 'junk' } });
    await api.advance(leadId);
    const reopened = await api.call(`POST /v1/tasks/${task.id}/reopen`, { key: rep });
    expect(reopened).toMatchObject({ status: 409, body: { detail: expect.stringContaining('/requalify') } });
    const claimed = await api.call(`POST /v1/leads/${leadId}/claim`, { key: rep });
    expect(claimed).toMatchObject({ status: 409, body: { detail: expect.stringContaining('/requalify') } });
    const lift = (key: string) =>
      api.call(`POST /v1/leads/${leadId}/requalify`, { key, body: { reason: 'the wrong button' } });
    expect(await lift(rep)).toMatchObject({ status: 403 });
    expect(await lift(api.keys.manager)).toMatchObject({ status: 202 });
    // At once, before the engine has looked.
    expect(await lift(api.keys.manager)).toMatchObject({ status: 409, body: { type: '/problems/not-disqualified' } });
    const given = { key: api.keys.manager, body: { rep: task.assignee } };
    expect(await api.call(`POST /v1/leads/${leadId}/assign`, given)).toMatchObject({ status: 202 });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body).toMatchObject({
      disqualified: null,
      custody: { who: 'sales', rep: task.assignee },
    });
    const [entry] = (await api.call(`GET /v1/leads/${leadId}/journal?type=lead.requalified`)).body.items;
    expect(entry.sentence).toContain('lifts the disqualification (junk): the wrong button');
  });

  test('a handoff of an unknown name is 422, of an unknown lead 404, a second one 409', async () => {
    const { leadId } = await api.offered('twice@acme.example');
    const hand = (body: unknown) => api.call('POST /v1/handoffs', { body });
    expect(await hand({ lead: { id: leadId }, handoff: 'cold' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'handoff' }] },
    });
    expect(await hand({ lead: { email: 'nobody@acme.example' }, handoff: 'hot' })).toMatchObject({
      status: 404,
      body: { type: '/problems/unknown-lead' },
    });
    expect(await hand({ lead: { email: 'Twice@acme.example' }, handoff: 'hot' })).toMatchObject({
      status: 409,
      body: { type: '/problems/already-with-sales' },
    });
  });
});

describe('a rep sees what is theirs', () => {
  test('their leads and no others', async () => {
    const { leadId, task } = await api.offered('own@acme.example');
    const own = await api.keyOf(task.assignee);
    const other = api.keys.rep;
    expect(await api.call(`GET /v1/leads/${leadId}`, { key: own })).toMatchObject({ status: 200 });
    expect(await api.call(`GET /v1/leads/${leadId}`, { key: other })).toMatchObject({
      status: 403,
      body: { type: '/problems/not-yours' },
    });
    expect(await api.call(`GET /v1/leads/${leadId}/journal`, { key: other })).toMatchObject({ status: 403 });
    const ids = async (key: string) =>
      (await api.call('GET /v1/leads?limit=500', { key })).body.items.map((item: { id: string }) => item.id);
    expect(await ids(own)).toContain(leadId);
    expect(await ids(other)).not.toContain(leadId);
  });
});
