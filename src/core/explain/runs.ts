/** What the journal tells of a lead's runs, clicks, deals and returns, as conditions look at them. */
import type { LeadState } from '../state.ts';
import type { Entry } from './question.ts';

/** Adds what this entry says to a state made from those before it. */
export function addRuns(state: LeadState, entry: Entry): void {
  const { at, data, cadence, step } = entry;
  const text = (name: string): string | undefined => (typeof data[name] === 'string' ? data[name] : undefined);
  const number = (name: string): number | undefined => (typeof data[name] === 'number' ? data[name] : undefined);
  switch (entry.type) {
    case 'enrollment.started':
      startRun(state, entry, text('enrollment') ?? '', number('from') ?? at);
      break;
    case 'enrollment.ended':
      state.enrollments = state.enrollments.filter(({ id }) => id !== text('enrollment'));
      break;
    case 'signal.received': {
      const { human } = data;
      if (human === false || text('type') !== 'email.clicked' || !cadence || !step) break;
      const key = `${cadence}/${step}`;
      state.clicks = { ...state.clicks, [key]: [...(state.clicks[key] ?? []), number('signalAt') ?? at] };
      break;
    }
    case 'custody.changed':
      if (text('from') === 'sales' && text('to') === 'marketing') state.returnedAt = at;
      break;
    case 'lead.moved':
      state.returnedAt = at;
      state.stageBackAt = at - 1;
      state.deals = {};
      break;
    case 'deal.changed': {
      const [deal, stage] = [text('deal'), text('stage')];
      if (deal === undefined || stage === undefined) break;
      const known = state.deals?.[deal];
      const renewsAt = number('renewsAt') ?? known?.renewsAt;
      const since = known?.stage === stage ? known.since : at;
      const next = { stage, amount: number('amount') ?? 0, at, since, ...(renewsAt === undefined ? {} : { renewsAt }) };
      state.deals = { ...state.deals, [deal]: next };
      break;
    }
    case 'deal.left': {
      const { [text('deal') ?? '']: _, ...rest } = state.deals ?? {};
      state.deals = rest;
      break;
    }
    case 'step.split':
    case 'experiment.joined': {
      const [id, group, until] = [text('experiment'), text('group'), number('until')];
      if (id === undefined || group === undefined || until === undefined) break;
      state.experiments = { ...state.experiments, [id]: { group, at, until } };
      break;
    }
    case 'task.answered':
    case 'activity.logged':
      if (state.custody.who === 'sales' && at >= state.custody.since) state.custody.attempts += 1;
      break;
    default:
      break;
  }
}

function startRun(state: LeadState, { cadence, playbookVersion }: Entry, id: string, startedAt: number): void {
  if (!cadence) return;
  const words = { id, cadence, lane: '', playbook: playbookVersion ?? '', nth: 1, startedAt, enteredAt: startedAt };
  const none = { state: 'running', step: null, dueAt: null, spread: 'rest', sent: {}, arms: {}, visited: [] } as const;
  state.enrollments = [...state.enrollments, { ...words, ...none }];
}
