/** What the figures of a simulation rest on, in words. */
import type { Simulation } from './simulate.ts';

const AT_ONCE = 'Every lead comes in at the start.';
const AS_THEY_CAME = 'Each lead comes in when it did; who was there before the first day comes in then, as new.';
const MAIL =
  'The mail service takes every message at once, or by the quota given in the order they are due; only addresses the behaviour names bounce.';
const DRAWN = 'Leads react and reps answer as the behaviour file says, drawn from the seed.';
const RECORDED =
  'Leads do what they did, whether or not this playbook sends what they did it after; reps answer as the behaviour file says.';
const AGAIN =
  'What happened to the leads happens again at its time, whatever this playbook does before: what they did, what the CRM told, what people decided by hand, and how reps answered tasks that are opened at the same moment here. Other tasks are answered as the behaviour says.';
const NOBODY = 'Nobody reacts and no rep answers, since there is no behaviour file.';
const NO_HANDS = 'The playbook stays as it is, and nobody pauses, enrolls or hands over by hand.';
const ONE_PLAYBOOK = 'The playbook stays as it is.';

export function assumptionsOf({ leads, behaviour }: Pick<Simulation, 'leads' | 'behaviour'>): string[] {
  const coming = leads.some(({ since }) => since !== undefined) ? AS_THEY_CAME : AT_ONCE;
  if (leads.some(({ history }) => history !== undefined)) return [coming, MAIL, AGAIN, ONE_PLAYBOOK];
  const drawn = behaviour === undefined ? NOBODY : DRAWN;
  const people = leads.some(({ signals }) => signals !== undefined) ? RECORDED : drawn;
  return [coming, MAIL, people, NO_HANDS];
}
