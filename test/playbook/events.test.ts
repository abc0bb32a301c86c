/** Ninety days of the example playbook as other systems would be told of them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLeadsFile } from '../../src/cli/leads-file.ts';
import { readBehaviour, readReps } from '../../src/cli/people.ts';
import { eventOf } from '../../src/core/events/from-journal.ts';
import { EVENTS } from '../../src/core/events/kinds.ts';
import { simulate } from '../../src/core/simulate.ts';
import { readPlaybookFolder } from '../../src/playbook/index.ts';
import { compiled } from './support.ts';

const folder = join(import.meta.dirname, '../../playbook');
const LEAD = '0b7c9b1e-0000-4000-8000-000000000001';

test('how a task ended is told in words of the playbook and of ours, never in those of a person', () => {
  const closed = (data: Record<string, string>) =>
    eventOf(LEAD, {
      ...{ id: 'e', seq: 1, at: 0, type: 'task.answered', by: 'rep@northwind.example', playbookVersion: 'p' },
      ...{ data: { task: 't', answer: 'complete', ...data } },
    })?.data;
  expect(closed({ disposition: 'no-answer' })).toMatchObject({ disposition: 'no-answer' });
  expect(closed({ disposition: 'second-site', outcome: 'second-site' })).toMatchObject({ disposition: 'second-site' });
  expect(closed({ disposition: 'Ring Ann +44 1632 960001' })).toMatchObject({ disposition: 'other' });
});

test('every event fits what is documented of it, and holds nothing of the person', async () => {
  const playbook = compiled((await readPlaybookFolder(folder)).files);
  const reps = await readReps(join(folder, 'reps.yaml'));
  const { leads } = await readLeadsFile(join(folder, 'leads.csv'));
  const some = leads.slice(0, 120);
  const addresses = new Set(some.flatMap(({ lead }) => [lead.email, ...(lead.phone === '' ? [] : [lead.phone])]));
  const told = new Set<string>();
  simulate({
    playbook,
    leads: some,
    behaviour: await readBehaviour(join(folder, 'behaviour.yaml'), playbook),
    reps: Object.fromEntries(reps.map((rep) => [rep.id, rep])),
    seed: 1,
    from: Date.UTC(2026, 10, 23),
    days: 90,
    onJournal: (_, entry) => {
      const event = eventOf(LEAD, entry);
      if (event === undefined) return;
      told.add(event.type);
      expect(EVENTS[event.type].data.safeParse(event.data), `${event.type} of ${entry.type}`).toMatchObject({
        success: true,
      });
      for (const address of addresses) expect(JSON.stringify(event)).not.toContain(address);
    },
  });
  expect([...told].sort()).toEqual(
    expect.arrayContaining([
      'enrollment.ended',
      'enrollment.started',
      'lead.accepted',
      'lead.custody-changed',
      'lead.handed-off',
      'lead.returned',
      'lead.stage-changed',
      'sla.breached',
      'task.closed',
      'task.due',
      'task.opened',
      'touch.sent',
    ]),
  );
});

test('what a person wrote is told to nobody', () => {
  const WORDS = 'he said his mother is ill';
  const data = {
    task: 't',
    answer: 'reject',
    note: WORDS,
    why: WORDS,
    facts: { timing: WORDS },
    returnReason: 'not-ready',
  };
  for (const type of ['task.answered', 'handoff.rejected', 'lead.returned', 'lead.disqualified'] as const) {
    const event = eventOf(LEAD, { seq: 1, at: 0, type, by: 'rep-1@northwind.example', playbookVersion: 'h', data });
    expect(event).toBeDefined();
    expect(JSON.stringify(event)).not.toContain(WORDS);
  }
});
