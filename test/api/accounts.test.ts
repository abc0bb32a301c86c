import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** A second later, so that it comes after whatever was before. */
const signal = async (lead: string, type: string): Promise<void> => {
  api.now += 1_000;
  await api.call('POST /v1/signals', { body: { signals: [{ id: `${type} ${lead}`, lead: { id: lead }, type }] } });
  await api.advance(lead);
};
const accountOf = async (lead: string) => {
  const { body } = await api.call(`GET /v1/leads/${lead}`);
  return (await api.call(`GET /v1/accounts/${body.account.id}`)).body;
};

test('an account says who has which role, what is missing, and what its people have earned', async () => {
  const ada = await api.lead('ada@group.example', { title: 'COO' });
  const ben = await api.lead('ben@group.example', { title: 'COO', role: 'influencer' });
  const cleo = await api.lead('cleo@group.example', { title: 'Clerk' });
  await signal(ada, 'guide.downloaded');
  await signal(ben, 'page.pricing');
  expect(await accountOf(ada)).toMatchObject({
    roles: [
      { role: 'decision-maker', lead: ada },
      { role: 'influencer', lead: ben },
      { role: 'practitioner', lead: cleo },
      { role: 'champion' },
    ],
    completeness: 0.5,
    engagement: 35,
  });
  // Who is disqualified no longer decides anything.
  await api.call(`POST /v1/leads/${ada}/disqualify`, { body: { reason: 'wrong-person' } });
  await api.advance(ada);
  const after = await accountOf(ada);
  expect(after.roles[0]).toEqual({ role: 'decision-maker' });
  expect(after).toMatchObject({ completeness: 0, leads: [{ id: ada }, { id: ben }, { id: cleo }] });
});

test('a lead’s score has a share of its colleagues’ engagement, and its task says who they are', async () => {
  const dora = await api.lead('dora@team.example', { firstName: 'Dora', lastName: 'Dee', title: 'CFO' });
  await signal(dora, 'webinar.attended');
  const at = new Date(api.now).toISOString();
  const { leadId, task } = await api.offered('emil@team.example');
  const { body: lead } = await api.call(`GET /v1/leads/${leadId}`);
  expect(lead.score.reasons).toContain('colleagues at the account: +2.5');
  expect((await api.call(`GET /v1/tasks/${task.id}`)).body.context.account).toEqual({
    id: lead.account.id,
    name: '',
    leads: 2,
    engagement: 25,
    completeness: 0.5,
    missing: ['champion'],
    colleagues: [
      {
        lead: dora,
        name: 'Dora Dee',
        title: 'CFO',
        role: 'decision-maker',
        engagement: 25,
        lastSignal: { type: 'webinar.attended', at },
        custody: 'marketing',
      },
    ],
  });
  expect((await api.call(`GET /v1/leads/${leadId}`)).body.tasks[0].context.account.colleagues[0].name).toBe('Dora Dee');
});

test('the decision maker of an interested company goes to sales by what they do themselves', async () => {
  const [finn, gina] = [await api.lead('finn@buyer.example', { title: 'CFO' }), await api.lead('gina@buyer.example')];
  for (const type of ['webinar.attended', 'guide.downloaded', 'reply.received', 'page.pricing'])
    await signal(gina, type);
  await signal(finn, 'page.customers');
  const before = await api.call(`GET /v1/leads/${finn}/explain?about=custody`);
  expect(before.body).toMatchObject({
    code: 'with-marketing',
    unblockedBy: expect.stringContaining('route committee'),
  });
  expect(before.body.because).toContainEqual({
    ...{ code: 'part', expr: 'account.engagement', value: 86 },
    source: expect.stringMatching(/^playbook\.yaml:/),
  });
  await signal(finn, 'guide.downloaded');
  expect((await api.call(`GET /v1/leads/${finn}`)).body.custody).toMatchObject({ who: 'sales', handoff: 'warm' });
  const { body } = await api.call(`GET /v1/leads/${finn}/explain?about=custody`);
  expect(JSON.stringify(body.because)).toContain('route committee turned true');
});
