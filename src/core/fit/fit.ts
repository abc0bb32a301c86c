/** A behaviour fitted to the journals of a running system: what leads and reps did, as rates with care for few data. */
import { type Behaviour, behaviourProblems, behaviourSchema } from '../behaviour.ts';
import type { RecordedLead } from '../simulated-history.ts';
import { fitLeads } from './leads.ts';
import { fitReps, type RepsKnown } from './reps.ts';

/**
 * The same journals give the same behaviour. What this playbook has no name for is left out. Texts that people wrote
 * are not in it.
 * @param until when the journals end; by default with their last entry
 */
export function fitBehaviour(
  leads: readonly RecordedLead[],
  known: RepsKnown,
  until = leads.reduce((last, { journal = [] }) => Math.max(last, journal.at(-1)?.at ?? 0), 0),
): Behaviour {
  const fitted = behaviourSchema.parse({
    leads: fitLeads(leads, known.playbook, until),
    reps: fitReps(leads, known),
  });
  return fitting(fitted, known.playbook);
}

/** Without names of emails, handoffs, signals and returns that the playbook has no more. */
function fitting(behaviour: Behaviour, { emails, handoffs, returns, signals }: RepsKnown['playbook']): Behaviour {
  const { leads, reps } = behaviour;
  const has = (names: object, name: string): boolean => Object.hasOwn(names, name);
  const kept = {
    leads: {
      ...leads,
      ...(leads.rates && {
        rates: leads.rates.map((rate) =>
          rate.emails === undefined
            ? rate
            : { ...rate, emails: Object.fromEntries(Object.entries(rate.emails).filter(([id]) => has(emails, id))) },
        ),
      }),
    },
    reps: {
      ...reps,
      offered: Object.fromEntries(
        Object.entries(reps.offered)
          .filter(([id]) => id === 'else' || has(handoffs, id))
          .map(([id, choices]) => [id, choices.filter((one) => one.do !== 'reject' || has(returns, one.reason))]),
      ),
      accepted: reps.accepted.filter(
        (one) =>
          (one.do !== 'recycle' || has(returns, one.reason)) &&
          (one.do !== 'signals' || one.signals.every(({ signal }) => has(signals, signal))),
      ),
    },
  };
  const problems = behaviourProblems(kept, { emails, handoffs, returns, signals });
  if (problems.length > 0) throw new Error(`a fitted behaviour names ${problems[0]?.what} ${problems[0]?.name}`);
  return kept;
}
