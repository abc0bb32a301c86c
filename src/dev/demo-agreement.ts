/**
 * Plays what the demo's leads and reps did once more, in `volley simulate`, and sets the journals side by side: how far
 * a simulation says what the engine did, and what decided where it does not.
 */
import { colour, table } from '../cli/terminal.ts';
import { type AgreedEntry, type Agreement, agreementOf, COUNTERS, type Difference } from '../core/agreement.ts';
import type { JournalEntry } from '../core/decision.ts';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { simulate } from '../core/simulate.ts';
import { leadOf, type RecordedLead } from '../core/simulated-history.ts';
import { DAY, type Instant, iso } from '../core/time.ts';
import type { Db } from '../store/db.ts';
import { listHistory } from '../store/history.ts';

export interface Demo {
  readonly db: Db;
  readonly playbook: Playbook;
  readonly reps: readonly Rep[];
  readonly from: Instant;
  readonly days: number;
}

export async function simulateAgain({ db, playbook, reps, from, days }: Demo): Promise<Agreement> {
  const recorded = await all(db);
  const until = from + days * DAY;
  const journals = new Map<string, JournalEntry[]>(recorded.map(({ facts }) => [facts.leadId, []]));
  simulate({
    playbook,
    leads: recorded.map((one) => leadOf(one, from, until)),
    reps: Object.fromEntries(reps.map((rep) => [rep.id, rep])),
    ...{ seed: 1, from, days },
    onJournal: (lead, entry) => void journals.get(lead)?.push(entry),
  });
  const before = <T extends { readonly at: Instant }>(entries: readonly T[]): T[] =>
    entries.filter(({ at }) => at < until);
  return agreementOf(
    recorded.map(({ facts, journal = [] }) => ({
      lead: facts.leadId,
      real: before(journal),
      simulated: before(journals.get(facts.leadId) ?? []),
    })),
  );
}

async function all(db: Db): Promise<RecordedLead[]> {
  const leads: RecordedLead[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listHistory(db, { limit: 100, journal: true, cursor });
    leads.push(...page.items);
    if (page.next === null) return leads;
    cursor = page.next;
  }
}

const dueAt = (at: Instant | undefined): string => (at === undefined ? 'not at all' : iso(at));

const wordsOf = ({ lead, kind, cadence, step, real, simulated }: Difference): string =>
  `${kind} ${cadence}/${step} of lead ${lead} due ${dueAt(real)}, in the simulator ${dueAt(simulated)}`;

function partingWords(parting: Agreement['partings'][number] | undefined): string {
  if (parting === undefined) return 'their journals are the same';
  const entry = (one: AgreedEntry | undefined): string =>
    one === undefined
      ? 'nothing'
      : `${iso(one.at)} ${one.type} ${one.reason ?? ''} ${one.cadence ?? ''}/${one.step ?? ''}`;
  return `they part at ${entry(parting.real)} for ${entry(parting.simulated)}`;
}

/** How far they agree, what decided otherwise, and each touch that nothing shared explains. */
export function agreementText({ leads, same, touches, differences, partings }: Agreement): string {
  const head = `${colour.bold('The same leads and answers in `volley simulate`')}: ${touches - differences.length} of ${touches} touches and tasks the same, at the same due time; ${same} of ${leads} journals word for word`;
  if (differences.length === 0) return head;
  const rows = [...COUNTERS, undefined].flatMap((counter) => {
    const these = differences.filter((one) => one.counter === counter);
    return these.length === 0 ? [] : [[counter ?? 'nothing that leads share', these.length]];
  });
  const unexplained = differences.filter(({ counter }) => counter === undefined);
  return [
    head,
    table(['decided otherwise from there on by', 'touches'], rows),
    ...unexplained.map((one) => `  ${wordsOf(one)}; ${partingWords(partings.find(({ lead }) => lead === one.lead))}`),
  ].join('\n');
}
