/** The step `notify`: one mail to whom it names, in the playbook's words, exactly once. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { hashFiles } from '../../src/playbook/index.ts';
import { applyPlaybook } from '../../src/store/playbooks.ts';
import { exampleFiles } from '../api/support/api.ts';
import { type NoticeWorld, openNotices } from './support.ts';

let world: NoticeWorld;
beforeEach(async () => {
  world = await openNotices();
});
afterEach(() => world.close());

const told = async (notify: string): Promise<string> => {
  const text = `cadence: told
purpose: service
lane: told
runs: { custody: [marketing, sales, nobody], else: pause }
steps:
  - id: say
    notify: ${notify}
    title: "{{ lead.firstName }} of {{ lead.company }}"
    body: |
      Rep: {{ rep.name }}

      Second <paragraph>.
`;
  const files = { ...exampleFiles, 'cadences/told.yaml': text };
  await applyPlaybook(world.deps.db, { hash: hashFiles(files), files, by: 'test', now: world.api.now });
  const leadId = await world.api.lead('ada@acme.example', { company: 'Acme' });
  await world.api.advance(leadId);
  return leadId;
};
const enroll = async (leadId: string): Promise<void> => {
  const body = { lead: { id: leadId }, cadence: 'told' };
  expect((await world.api.call('POST /v1/enrollments', { body })).status).toBe(201);
  await world.api.advance(leadId);
  await world.api.advance(leadId);
};

test.each([
  ['marketing', 'head-of-marketing@northwind.example'],
  ['sales', 'head-of-sales@northwind.example'],
  ['board@northwind.example', 'board@northwind.example'],
  ['manager', 'head-of-sales@northwind.example'],
  ['rep', 'head-of-marketing@northwind.example'],
])('%s is %s while marketing has the lead', async (notify, address) => {
  const leadId = await told(notify);
  await enroll(leadId);
  world.api.now += MINUTE;
  const [mail, ...more] = await world.mails();
  expect(more).toEqual([]);
  expect(mail?.recipient).toBe(address);
  expect(mail?.subject).toBe('Ada of Acme');
  expect(mail?.text).toContain('Second <paragraph>.');
  expect(String(mail?.html)).toContain('Second &lt;paragraph&gt;.');
  const { items } = (await world.api.call(`GET /v1/leads/${leadId}/journal?type=person.notified`)).body;
  expect(items).toMatchObject([{ cadence: 'told', step: 'say', sentence: expect.stringContaining('is told') }]);
  const run = (await world.api.call(`GET /v1/leads/${leadId}/explain?about=step:told/say`)).body;
  expect(run).toMatchObject({ verdict: 'done' });
});

test('rep is who has the lead', async () => {
  const leadId = await told('rep');
  await world.api.call('POST /v1/handoffs', { body: { lead: { id: leadId }, handoff: 'hot' } });
  await world.api.advance(leadId);
  const [task] = (await world.api.call(`GET /v1/leads/${leadId}`)).body.tasks;
  world.api.now += 10 * MINUTE;
  await world.mails();
  await enroll(leadId);
  world.api.now += 10 * MINUTE;
  const [mail] = await world.mails();
  expect(mail?.recipient).toBe(task.assignee);
  expect(mail?.text).toContain(`Rep: ${task.assignee}`);
});
