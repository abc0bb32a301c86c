/** Reads what a simulation needs: playbooks, people, leads and what they did. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Behaviour, behaviourProblems } from '../../core/behaviour.ts';
import { instantOf } from '../../core/calendar.ts';
import type { Rep } from '../../core/facts.ts';
import { fitBehaviour } from '../../core/fit/fit.ts';
import type { Playbook } from '../../core/playbook.ts';
import { repsAlone } from '../../core/simulate.ts';
import { leadOf, strangerOf } from '../../core/simulated-history.ts';
import type { LeadToSimulate } from '../../core/simulated-lead.ts';
import { DAY, type Instant } from '../../core/time.ts';
import { compileFolder } from '../check.ts';
import { readBehaviour, readReps } from '../people.ts';
import { note } from '../terminal.ts';
import { wrongUse } from '../use.ts';
import { behaviourText } from './behaviour-text.ts';
import { leadsOfServer } from './from-server.ts';
import { type RecordedSignals, withSignals } from './signals-file.ts';

export interface Wanted {
  readonly leads?: string;
  readonly days: number;
  readonly from: string;
  readonly behaviour?: string;
  readonly reps?: string;
  readonly signals?: string;
  readonly store?: true;
  readonly fit?: true | string;
  readonly against?: string;
}

export interface Prepared {
  readonly playbook: Playbook;
  readonly against?: Playbook;
  readonly leads: readonly LeadToSimulate[];
  /** Rows of the file refused as no leads. */
  readonly rejected: number;
  readonly behaviour?: Behaviour;
  readonly reps: Readonly<Record<string, Rep>>;
  readonly from: Instant;
  /** Of recorded signals, what is played and what is not. */
  readonly signals?: Omit<RecordedSignals, 'leads'>;
}

/** @throws VolleyError `wrong-use`, and what a playbook with mistakes throws */
export async function prepare(dir: string, wanted: Wanted): Promise<Prepared> {
  const playbook = await compileFolder(dir);
  const against = wanted.against === undefined ? undefined : await compileFolder(wanted.against);
  if (wanted.store) return prepareFromStore(wanted, playbook, against);
  const acting = wanted.behaviour ?? (await ifThere(join(dir, 'behaviour.yaml')));
  const behaviour = acting === undefined ? undefined : await readBehaviour(acting, playbook);
  if (behaviour === undefined) note(`There is no ${join(dir, 'behaviour.yaml')}: nobody reacts, and no rep answers.`);
  if (behaviour !== undefined && against !== undefined) requireFit(behaviour, against, wanted.against ?? '');
  const reps = await readReps(wanted.reps ?? (await ifThere(join(dir, 'reps.yaml'))));
  // Loaded only here, since it takes a while.
  const { readLeadsFile } = await import('../leads-file.ts');
  const { leads, rejected } = await readLeadsFile(wanted.leads ?? join(dir, 'leads.csv'));
  if (leads.length === 0) throw wrongUse('there is no lead in the file');
  const from = firstInstant(playbook, wanted.from);
  const common = {
    playbook,
    ...(against === undefined ? {} : { against }),
    rejected,
    reps: Object.fromEntries(reps.map((rep) => [rep.id, rep])),
    from,
  };
  if (wanted.signals === undefined) return { ...common, leads, ...(behaviour === undefined ? {} : { behaviour }) };
  const span = { from, until: from + wanted.days * DAY };
  const { leads: played, ...signals } = await withSignals(wanted.signals, leads, span);
  return { ...common, leads: played, signals, ...(behaviour === undefined ? {} : { behaviour: repsAlone(behaviour) }) };
}

/** Leads of the running system, which do again what they did, or what is drawn by the rates of all of them. */
async function prepareFromStore(wanted: Wanted, playbook: Playbook, against: Playbook | undefined): Promise<Prepared> {
  const server = await leadsOfServer();
  const known = wanted.reps === undefined ? server.reps : await readReps(wanted.reps);
  const reps = Object.fromEntries(known.map((rep) => [rep.id, rep]));
  const from = firstInstant(playbook, wanted.from);
  const until = from + wanted.days * DAY;
  const there = server.leads.filter(({ facts }) => facts.createdAt < until);
  if (there.length === 0) throw wrongUse('the running system had no lead by then');
  const behaviour =
    wanted.behaviour === undefined
      ? fitBehaviour(there, { playbook, reps })
      : await readBehaviour(wanted.behaviour, playbook);
  if (against !== undefined) requireFit(behaviour, against, wanted.against ?? '');
  if (typeof wanted.fit === 'string') await writeFile(wanted.fit, behaviourText(behaviour));
  const again = wanted.fit === undefined;
  return {
    playbook,
    ...(against === undefined ? {} : { against }),
    rejected: 0,
    reps,
    from,
    leads: there.map((lead) => (again ? leadOf(lead, from, until) : strangerOf(lead, from))),
    behaviour: again ? repsAlone(behaviour) : behaviour,
  };
}

const firstInstant = (playbook: Playbook, date: string): Instant =>
  instantOf(playbook.company.timeZone, Date.parse(`${date}T00:00:00Z`) / DAY, 0);

/** What only one of two playbooks has may differ, but for what people say: it must mean something in both. */
function requireFit(behaviour: Behaviour, against: Playbook, dir: string): void {
  const unknown = behaviourProblems(behaviour, against).filter(({ what }) => what === 'signal' || what === 'return');
  if (unknown.length === 0) return;
  const names = [...new Set(unknown.map(({ what, name }) => `${what} ${name}`))].join(', ');
  throw wrongUse(
    `the behaviour does not fit ${dir}, which has no ${names}`,
    'Add it to that playbook, or give a behaviour that fits both with --behaviour.',
  );
}

const ifThere = async (file: string): Promise<string | undefined> =>
  (await stat(file).catch(() => undefined)) === undefined ? undefined : file;
