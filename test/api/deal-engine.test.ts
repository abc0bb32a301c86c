/** Deals from the CRM to the lead's next move, by the API and the engine's own activity. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, START, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const HOUR = 3_600_000;
const tell = (body: Record<string, unknown>) =>
  api.call('POST /v1/deals', { key: api.keys.integration, body: { amount: 100, currency: 'EUR', ...body } });
const get = async (lead: string) => (await api.call(`GET /v1/leads/${lead}`)).body;
const journal = async (lead: string, type: string) =>
  (await api.call(`GET /v1/leads/${lead}/journal?type=${type}`)).body.items;

describe('a deal', () => {
  test('wakes its leads, raises the stage and, when won, ends the custody of sales', async () => {
    const { leadId, task } = await api.offered('ada@won.example');
    await api.call(`POST /v1/tasks/${task.id}/accept`);
    await api.advance(leadId);
    api.nudged.length = 0;
    await tell({ id: 'won-1', account: { domain: 'won.example' }, stage: 'proposal' });
    expect(api.nudged).toEqual([leadId]);
    await api.advance(leadId);
    expect(await get(leadId)).toMatchObject({ stage: 'deciding', custody: { who: 'sales' } });
    await tell({ id: 'won-1', stage: 'Closed Won' });
    await api.advance(leadId);
    const lead = await get(leadId);
    expect(lead).toMatchObject({ stage: 'customer', custody: { who: 'nobody' } });
    expect(lead.enrollments.filter((run: { endedAt: unknown }) => run.endedAt === null)).toMatchObject([
      { cadence: 'onboarding' },
    ]);
    expect((await journal(leadId, 'deal.changed')).map((entry: { sentence: string }) => entry.sentence)).toEqual([
      'Deal won-1 is proposal, 100 EUR.',
      'Deal won-1 is won (before: proposal), 100 EUR.',
    ]);
  });

  test('told again wakes nobody; of another lead it is told to the fresh one only', async () => {
    const ada = await api.lead('ada@again.example');
    const deal = { id: 'again-1', account: { domain: 'again.example' }, stage: 'qualified' };
    await tell(deal);
    api.nudged.length = 0;
    await tell(deal);
    expect(api.nudged).toEqual([]);
    const free = await api.lead('free@gmail.com');
    await tell({ ...deal, leads: [{ id: free }] });
    expect(api.nudged).toEqual([free, free]);
    await api.advance(ada);
    expect(await journal(ada, 'deal.changed')).toHaveLength(1);
  });

  test('that was lost is no news to somebody who comes later; an open one is', async () => {
    await tell({ id: 'old-1', account: { domain: 'old.example' }, stage: 'lost' });
    await tell({ id: 'old-2', account: { domain: 'old.example' }, stage: 'proposal' });
    const ada = await api.lead('ada@old.example');
    await api.advance(ada);
    expect((await get(ada)).stage).toBe('deciding');
    expect(await journal(ada, 'deal.changed')).toMatchObject([{ data: { deal: 'old-2' } }]);
    // A change of the lost one tells everybody, and still loses nothing.
    await tell({ id: 'old-2', stage: 'lost' });
    await api.advance(ada);
    await tell({ id: 'old-1', stage: 'lost', amount: 1 });
    await api.advance(ada);
    expect(await journal(ada, 'lead.returned')).toHaveLength(1);
  });

  test('somebody who leaves for another company leaves its deal', async () => {
    const ada = await api.lead('ada@left.example');
    await tell({ id: 'left-1', account: { domain: 'left.example' }, stage: 'proposal' });
    await api.call('POST /v1/leads', { body: { email: 'ada@left.example', domain: 'elsewhere.example' } });
    await api.advance(ada);
    expect(await journal(ada, 'deal.left')).toHaveLength(1);
  });
});

describe('POST /v1/leads/{id}/stage', () => {
  test('a person says where the customer is', async () => {
    const ada = await api.lead('ada@stage.example');
    await api.advance(ada);
    const said = { stage: 'deciding', reason: 'told us so at the fair' };
    expect((await api.call(`POST /v1/leads/${ada}/stage`, { key: api.keys.manager, body: said })).status).toBe(202);
    await api.advance(ada);
    expect((await get(ada)).stage).toBe('deciding');
    expect(await journal(ada, 'stage.changed')).toMatchObject([
      { reason: 'stage-by-person', data: { from: 'exploring', to: 'deciding', why: said.reason } },
    ]);
    const wrong = await api.call(`POST /v1/leads/${ada}/stage`, { body: { stage: 'no-such', reason: 'x' } });
    expect(wrong).toMatchObject({ status: 422, body: { type: '/problems/unknown-in-playbook' } });
    expect((await api.call(`POST /v1/leads/${ada}/stage`, { body: { stage: 'deciding' } })).status).toBe(400);
    expect((await api.call(`POST /v1/leads/${ada}/stage`, { key: api.keys.rep, body: said })).status).toBe(403);
    await api.call(`POST /v1/leads/${ada}/disqualify`, { body: { reason: 'a competitor' } });
    await api.advance(ada);
    expect((await api.call(`POST /v1/leads/${ada}/stage`, { body: said })).status).toBe(409);
  });
});

describe('20 at once', () => {
  const stages = ['qualified', 'proposal', 'negotiation', 'lost', 'proposal', 'won', 'lost', 'proposal'];

  /** The same story for the three people of one company, told in any order, twice, and decided by two at once. */
  async function story(domain: string) {
    const people = await Promise.all(['ada', 'grace', 'joan'].map((who) => api.lead(`${who}@${domain}`)));
    const deal = { id: `race-${domain}`, account: { domain } };
    await tell({ ...deal, stage: 'new', at: new Date(START - 30 * HOUR).toISOString() });
    const calls = [
      ...stages.map((stage, n) => ({
        what: 'POST /v1/deals',
        body: { ...deal, stage, amount: n, currency: 'EUR', at: new Date(START - (20 - n) * HOUR).toISOString() },
      })),
      ...people.flatMap((id, n) =>
        ['page.pricing', 'page.pricing', 'meeting.held', 'demo.requested'].map((type, m) => ({
          what: 'POST /v1/signals',
          body: {
            signals: [
              {
                id: `${domain}-${n}-${m}`,
                lead: { id },
                type,
                at: new Date(START - (19 - m - n) * HOUR).toISOString(),
                ...(type === 'meeting.held' ? { data: { at: new Date(START).toISOString() } } : {}),
              },
            ],
          },
        })),
      ),
    ];
    const twice = [...calls, ...calls.slice(0, 4)].sort(() => Math.random() - 0.5);
    const statuses = await Promise.all(twice.map(async ({ what, body }) => (await api.call(what, { body })).status));
    expect(new Set(statuses)).toEqual(new Set([200, 202]));
    await Promise.all([...people, ...people].map((id) => api.advance(id)));
    return Promise.all(
      people.map(async (id) => {
        const { stage, custody, enrollments } = await get(id);
        const told = (await journal(id, 'deal.changed')).map((entry: { data: object }) => ({
          ...entry.data,
          deal: '',
        }));
        const runs = enrollments.map((run: { cadence: string; state: string }) => `${run.cadence} ${run.state}`).sort();
        return { stage, who: custody.who, runs, told };
      }),
    );
  }

  test('deal changes and signals for the people of one account end the same, whatever the order', async () => {
    const one = await story('race-one.example');
    expect(one[0]?.told.map((entry: { stage?: string }) => entry.stage)).toEqual(['new', ...stages]);
    for (const domain of ['race-two.example', 'race-three.example']) expect(await story(domain)).toEqual(one);
  });
});

describe('same-account', () => {
  const offer = async (email: string) => {
    const { leadId, task } = await api.offered(email);
    return { leadId, rep: task.assignee, task };
  };

  test('colleagues go to the rep who has one of them, and to who had one last', async () => {
    const ada = await offer('ada@colleagues.example');
    // The pool has two reps: by turns the next lead of another company is the other one's.
    const other = await offer('somebody@another.example');
    expect(other.rep).not.toBe(ada.rep);
    await offer('third@third.example');
    const grace = await offer('grace@colleagues.example');
    expect(grace.rep).toBe(ada.rep);
    expect(await journal(grace.leadId, 'handoff.offered')).toMatchObject([
      { data: { sameAccount: expect.any(String), rep: ada.rep } },
    ]);
    for (const { leadId, task } of [ada, grace]) {
      await api.call(`POST /v1/tasks/${task.id}/accept`);
      await api.advance(leadId);
      await api.call(`POST /v1/leads/${leadId}/recycle`, { body: { reason: 'junk' } });
      await api.advance(leadId);
    }
    await offer('fourth@fourth.example');
    expect((await offer('joan@colleagues.example')).rep).toBe(ada.rep);
  });

  test('free mail makes no colleagues', async () => {
    const reps = new Set<string>();
    for (const who of ['a', 'b', 'c', 'd']) reps.add((await offer(`someone.${who}@gmail.com`)).rep);
    expect(reps.size).toBe(2);
  });
});
