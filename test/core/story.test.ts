/** The journal reads as a story: every entry has words, and the words name what, why, who and what is next. */
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/core/reasons.ts';
import { storyOf } from '../../src/core/story.ts';
import { PlayedLead } from './support/lead.ts';
import { cadence, email, handoffStep, inARow, playbook, wait } from './support/playbook.ts';

const ZONE = 'Europe/London';
const entry = (type: string, more: Partial<Parameters<typeof storyOf>[0]> = {}) => ({
  at: Date.parse('2026-11-24T10:00:00Z'),
  type,
  by: 'rule',
  data: {},
  ...more,
});

describe('the story', () => {
  it('of a lead that is mailed, offered, rejected and warmed again', () => {
    const p = playbook({
      cadences: {
        guide: {
          ...cadence('guide', inARow(email('hello'), wait('rest', 'P3D'), handoffStep('offer'))),
          entry: { again: { kind: 'once' }, when: { source: 'true', timed: false, test: () => true } },
        },
        'keep-warm': cadence('keep-warm'),
      },
    });
    const lead = new PlayedLead(p, '2026-11-24T10:00:00Z');
    lead.playTo('2026-11-27T12:00:00Z');
    lead.put({
      kind: 'task.answered',
      task: lead.state.custody.task ?? '',
      answer: 'reject',
      reason: 'not-ready',
      facts: { timing: 'after the audit' },
      note: 'Call in spring.',
      by: 'rep-1@northwind.example',
    });
    lead.look();
    const story = lead.journal.map((x) => storyOf(x, ZONE));
    expect(story).toEqual([
      'Marketing has the next move: a marketing cadence took the lead up.',
      'The lead enters guide: the entry condition of the cadence held and its lane was free (true).',
      expect.stringMatching(/^The email hello goes out \(guide \/ hello\): its time came\.$/),
      'Sales (rep-1@northwind.example) has the next move, after marketing: a step of the cadence asked for it.',
      expect.stringMatching(
        /^The lead is offered to rep-1@northwind\.example \(handoff warm\): step offer of guide hands this lead over\. An answer is due by Mon 30 Nov 2026, \d\d:\d\d\.$/,
      ),
      expect.stringMatching(/^A task opens for rep-1@northwind\.example: handoff \(guide \/ offer\), due by /),
      expect.stringContaining('guide pauses where it is'),
      'rep-1@northwind.example turns down the task. Note: Call in spring.',
      'rep-1@northwind.example rejects the lead: not-ready, with timing: after the audit. Note: Call in spring.',
      'Marketing has the next move, after sales: rep-1@northwind.example gave the lead back.',
      'keep-warm takes over from guide at step offer, by rep-1@northwind.example.',
      expect.stringMatching(
        /^The lead enters keep-warm: the answer not-ready sends it there\. Its first step waits until Sun 27 Dec 2026, /,
      ),
    ]);
  });

  it('says of a machine that it counts for nothing', () => {
    expect(storyOf(entry('signal.received', { by: 'lead', data: { type: 'email.opened', human: false } }), ZONE)).toBe(
      'An email was opened. A machine does this too, so it counts for nothing.',
    );
  });

  it('tells what it does not know by its names, and survives data it did not expect', () => {
    expect(storyOf(entry('moon.landed', { cadence: 'a', step: 'b', reason: 'due' }), ZONE)).toBe(
      'moon.landed a / b: its time came.',
    );
    expect(storyOf(entry('constructor'), ZONE)).toBe('constructor.');
    for (const reason of Object.keys(REASONS)) {
      const words = storyOf(entry('touch.skipped', { reason, data: { email: 7 } }), ZONE);
      expect(words).toMatch(/^The email 7 .*\.$/);
    }
  });
});
