/** The rules of a playbook that an entry of the journal follows from, and the conditions they asked. */
import { experimentsOf } from '../experiments/experiment.ts';
import type { Condition, Playbook } from '../playbook.ts';
import type { Scope } from '../scope.ts';
import { HISTORY, SINCE_BACK, SINCE_ENROLLMENT, SINCE_RETURN, viewOf } from '../view.ts';
import type { Because, Entry, Question } from './question.ts';

/** A condition, and how it came out by what the entry says. */
export interface Asked {
  readonly condition: Condition;
  readonly scope: Scope;
  /** Where it stands, when it does not know. */
  readonly source: string;
  readonly held: boolean;
}

export interface Rules {
  readonly rules: readonly Because[];
  readonly conditions: readonly Asked[];
  /** What would have to have been different; absent: no rule of the playbook decided. */
  readonly differ?: string;
}

const NONE: Rules = { rules: [], conditions: [] };

/**
 * @param q as of the instant before the entry: state, facts, and the version that decided it
 * @param journal with what came of the same decision
 */
export function rulesOf(q: Question, entry: Entry, journal: readonly Entry[]): Rules {
  const { current } = q.playbooks;
  const cadence = current.cadences[entry.cadence ?? ''];
  const step = cadence?.steps[entry.step ?? ''];
  const text = (name: string): string => (typeof entry.data[name] === 'string' ? entry.data[name] : '');
  const run = q.state.enrollments.find((e) => e.cadence === entry.cadence);
  const file = `cadences/${entry.cadence ?? ''}.yaml`;
  const view = (span: Parameters<typeof viewOf>[4]): Scope => viewOf(q.state, q.facts, current, q.now, span, run);
  const one = (
    condition: Condition | undefined,
    span: Parameters<typeof viewOf>[4],
    source: string,
    held = true,
  ): Rules =>
    condition === undefined
      ? NONE
      : {
          rules: [],
          conditions: [{ condition, scope: view(span), source, held }],
          differ: `${condition.source} ${held ? 'not holding' : 'holding'}`,
        };

  switch (entry.reason) {
    case 'entry-rule':
      return one(cadence?.entry?.when, HISTORY, `${file} entry/when`);
    case 'entry-event':
      return named('entry.on', cadence?.entry?.on, file, `${cadence?.entry?.on} not happening`);
    case 'goal-met':
      return one(cadence?.goal, SINCE_ENROLLMENT, `${file} goal`);
    case 'exit-met':
      return one(cadence?.exit, SINCE_ENROLLMENT, `${file} exit`);
    case 'wait-met':
    case 'wait-timeout': {
      if (step?.kind !== 'waitFor') return NONE;
      const met = entry.reason === 'wait-met';
      const asked = one(step.when, SINCE_ENROLLMENT, `${file} ${step.id}/waitFor`, met);
      return met ? asked : { ...asked, differ: `${step.when.source} holding within ${step.upTo}` };
    }
    case 'branch-taken':
    case 'no-arm': {
      if (step?.kind !== 'branch') return NONE;
      const took = entry.data['when'];
      const index = step.arms.findIndex(({ when }) => (when?.source ?? 'else') === took);
      const looked = index < 0 ? step.arms : step.arms.slice(0, index + 1);
      const conditions = looked.flatMap(({ when }, i): Asked[] =>
        when === undefined
          ? []
          : [{ condition: when, scope: view(HISTORY), source: `${file} ${step.id}/branch`, held: i === index }],
      );
      const before = looked.slice(0, index < 0 ? undefined : index).flatMap(({ when }) => when?.source ?? []);
      const own = step.arms[index]?.when?.source;
      const differ = [...(own === undefined ? [] : [`${own} not holding`]), ...before.map((s) => `${s} holding`)];
      return { rules: [], conditions, ...(differ.length === 0 ? {} : { differ: differ.join(', or ') }) };
    }
    case 'arm-assigned':
    case 'holdout':
    case 'not-held-out':
      return { ...NONE, differ: 'nothing about this lead: its group is a hash of the lead and the experiment' };
    case 'route': {
      // The offer, which follows the change of custody, names it.
      const offer = journal.find(
        ({ seq, at, type }) => seq >= entry.seq && at === entry.at && type === 'handoff.offered',
      );
      const route = current.routes.find(({ id }) => id === offer?.data['route']);
      return one(route?.when, SINCE_RETURN, `routes/${route?.id ?? ''}`);
    }
    case 'stage-condition':
      return one(current.stages.find(({ id }) => id === text('to'))?.when, SINCE_BACK, `stages/${text('to')}`);
    case 'label-definition':
      return one(current.definitions[text('label')], SINCE_RETURN, `definitions/${text('label')}`);
    case 'experiment-goal':
    case 'experiment-guard': {
      const id = text('experiment');
      const measure = experimentsOf(current).get(id)?.[entry.reason === 'experiment-goal' ? 'goal' : 'guard'];
      const from = q.state.experiments?.[id]?.at ?? 0;
      return one(measure?.when, { over: 'since', from }, id);
    }
    case 'capped':
      return capRule(current, 'lead');
    case 'account-capped':
      return capRule(current, 'account');
    case 'outside-window':
    case 'quiet-hours':
    case 'holiday': {
      if (cadence === undefined) return NONE;
      const { days, from, to, zones } = cadence.window;
      const value = `${days.join(', ')}, ${from} to ${to}, on the clocks of: ${zones.join(', else ')}`;
      return named('window', value, file, 'its time coming within the window, outside quiet hours and holidays');
    }
    case 'custody-changed':
    case 'custody-back':
    case 'custody-elsewhere': {
      const holders = cadence?.runs.custody.join(', ');
      const back = entry.reason === 'custody-back';
      return named('runs.custody', holders, file, `the next move ${back ? 'not ' : ''}being with ${holders}`);
    }
    case 'entered-before':
    case 'entered-recently':
      return named(
        'entry.again',
        cadence?.entry?.again.kind ?? 'once',
        file,
        'no run of it before, or one long enough ago',
      );
    case 'no-signal':
    case 'expiry-warning':
      return named('expiry.after', current.expiry?.after, 'playbook.yaml', 'something the lead did in that time');
    default:
      return NONE;
  }
}

const named = (expr: string, value: string | undefined, source: string, differ: string): Rules =>
  value === undefined ? NONE : { rules: [{ code: 'rule', expr, value, source }], conditions: [], differ };

function capRule({ caps }: Playbook, of: 'lead' | 'account'): Rules {
  const cap = caps?.[of];
  return cap === undefined
    ? NONE
    : named(
        `caps.${of}`,
        `${cap.touches} touches in ${cap.per}`,
        'playbook.yaml',
        `fewer than ${cap.touches} touches in the ${cap.per} before`,
      );
}
