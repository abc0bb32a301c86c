/** The same Monday in the simulator: the plan for leads that no machine at hand could run in real time. */

import { scrub } from '../src/core/scrub.ts';
import { simulate } from '../src/core/simulate.ts';
import { HOUR, SECOND } from '../src/core/time.ts';
import { compile } from '../src/playbook/index.ts';
import { atMost, type Result } from './measure.ts';
import { mostWithin } from './monday.ts';
import { mondayPlaybook } from './playbook.ts';

const SUNDAY = Date.parse('2026-11-22T00:00:00Z');
const NINE = Date.parse('2026-11-23T09:00:00Z');

export interface SimulatedMonday {
  readonly leads: number;
  readonly perSecond: number;
}

/** What the plan says, as rows of the table. */
export function simulateMonday({ leads: count, perSecond }: SimulatedMonday): Result[] {
  const files = mondayPlaybook();
  const monday =
    files['cadences/monday.yaml']?.replace('lane: nurture', 'lane: nurture\nentry: { when: "true" }') ?? '';
  const compiled = compile({ ...files, 'cadences/monday.yaml': monday });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors, null, 1));
  const leads = Array.from({ length: count }, (_, n) => {
    const read = scrub({ email: `lead-${n}@company-${n}.example`, firstName: 'Ada', company: 'Acme', country: 'GB' });
    if (!read.ok) throw new Error(read.message);
    return { key: `lead-${n}`, lead: read.lead, consents: [], suppressions: [] };
  });
  const times: number[] = [];
  const mailed = new Set<string>();
  simulate({
    ...{ playbook: compiled.playbook, leads, reps: {}, seed: 1, from: SUNDAY, days: 2, quota: { perSecond } },
    onJournal: (key, { type, at }) => {
      if (type !== 'touch.sent') return;
      times.push(at);
      mailed.add(key);
    },
  });
  const last = times.reduce((latest, at) => Math.max(latest, at), 0);
  const took = last - NINE + SECOND;
  const ideal = (SECOND * count) / perSecond;
  return [
    atMost({ name: 'most in any 2 s', unit: '', ours: mostWithin(times, 2 * SECOND) }, 2 * perSecond),
    atMost({ name: 'lost', unit: '', ours: count - mailed.size }, 0),
    atMost({ name: 'sent twice', unit: '', ours: times.length - mailed.size }, 0),
    atMost({ name: 'before 9:00', unit: '', ours: times.filter((at) => at < NINE).length }, 0),
    atMost(
      { name: 'drained in, of the ideal', unit: '', ours: took / ideal, note: `${(took / HOUR).toFixed(2)} h` },
      1.1,
    ),
  ];
}
