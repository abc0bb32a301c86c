/**
 * The behaviour file: how example leads react to touches and how example reps answer. The simulator
 * and the demo read the same file, so that both tell the same story; `actors.ts` plays it.
 */
import { z } from 'zod';
import { dealStageOf } from './deal-stage.ts';
import { durationMs } from './duration.ts';
import type { Playbook } from './playbook.ts';

const duration = z.string().refine((text) => {
  try {
    return durationMs(text) >= 0;
  } catch {
    return false;
  }
}, 'must be an ISO 8601 duration such as PT4H or P3D');

/** Evenly drawn between the two. */
const delay = z.strictObject({ from: duration, to: duration });
const chance = z.number().min(0).max(1);
const weight = z.number().min(0);

const reaction = z.strictObject({
  /** Only touches of this phase, or of these emails; absent: every touch. */
  phase: z.enum(['thought-leadership', 'call-to-action']).optional(),
  emails: z.array(z.string()).optional(),
  chance,
  signal: z.string(),
  /** How often, one after another. */
  times: z.number().int().min(1).max(20).default(1),
  /** After the touch, in plain time. */
  after: delay,
});

const persona = z.strictObject({
  id: z.string(),
  weight,
  touched: z.array(reaction).default([]),
  /** What they do by themselves, counted from when the lead came in. */
  unprompted: z.array(reaction.omit({ phase: true, emails: true })).default([]),
});

const nothing = z.strictObject({ weight, do: z.literal('nothing') });
const recycle = z.strictObject({ weight, do: z.literal('recycle'), reason: z.string(), after: delay });
const offered = z.discriminatedUnion('do', [
  z.strictObject({ weight, do: z.literal('accept'), after: delay }),
  z.strictObject({ weight, do: z.literal('reject'), reason: z.string(), after: delay }),
  nothing,
]);
/** A sale in the CRM: stages one after another, each counted from the one before. */
const deal = z.strictObject({
  weight,
  do: z.literal('deal'),
  /** In EUR, evenly drawn between the two. */
  amount: z.strictObject({ from: z.number().min(0), to: z.number().min(0) }),
  stages: z.array(z.strictObject({ stage: z.string().transform(dealStageOf), after: delay })).min(1),
});
const accepted = z.discriminatedUnion('do', [
  deal,
  recycle,
  z.strictObject({ weight, do: z.literal('signal'), signal: z.string(), after: delay }),
  nothing,
]);
const answered = z.discriminatedUnion('do', [
  z.strictObject({ weight, do: z.literal('complete'), disposition: z.string(), after: delay }),
  z.strictObject({ weight, do: z.literal('skip'), after: delay }),
  nothing,
]);

export const behaviourSchema = z.strictObject({
  leads: z.strictObject({
    personas: z.array(persona).min(1),
    /** Chance at each touch that the reader unsubscribes. */
    unsubscribe: z.strictObject({ chance, after: delay }).optional(),
    /** Share of leads whose address turns out not to exist. */
    bounce: z.strictObject({ chance }).optional(),
  }),
  /** `after` of reps is working time in the rep's calendar; a day is as long as their working day. */
  reps: z.strictObject({
    /** Handoff id, or `else` for the others, to what the rep does with the offer. */
    offered: z.record(z.string(), z.array(offered).min(1)),
    /** What comes of a lead that a rep has accepted. */
    accepted: z.array(accepted).min(1),
    /** Tasks that are no handoffs. */
    tasks: z.array(answered).min(1),
    /** Texts a rep gives for the facts a return asks for, by the fact's name. */
    facts: z.record(z.string(), z.array(z.string()).min(1)).default({}),
    /** The date a rep gives where a return asks for one, counted from the answer; absent: none given. */
    until: delay.optional(),
  }),
});

export type Behaviour = z.infer<typeof behaviourSchema>;
export type BehaviourInput = z.input<typeof behaviourSchema>;

/** Names in the behaviour that the playbook does not know, as sentences; empty when it fits. */
export function behaviourProblems(behaviour: Behaviour, playbook: Playbook): string[] {
  const problems: string[] = [];
  const known = (what: string, name: string, names: Readonly<Record<string, unknown>>, where: string): void => {
    if (!Object.hasOwn(names, name)) problems.push(`${where}: the playbook has no ${what} '${name}'`);
  };
  for (const persona of behaviour.leads.personas) {
    const where = `leads.personas.${persona.id}`;
    for (const entry of [...persona.touched, ...persona.unprompted])
      known('signal', entry.signal, playbook.signals, where);
    for (const entry of persona.touched)
      for (const email of entry.emails ?? []) known('email', email, playbook.emails, where);
  }
  for (const [handoff, choices] of Object.entries(behaviour.reps.offered)) {
    if (handoff !== 'else') known('handoff', handoff, playbook.handoffs, 'reps.offered');
    for (const choice of choices)
      if (choice.do === 'reject') known('return', choice.reason, playbook.returns, `reps.offered.${handoff}`);
  }
  for (const choice of behaviour.reps.accepted) {
    if (choice.do === 'recycle') known('return', choice.reason, playbook.returns, 'reps.accepted');
    if (choice.do === 'signal') known('signal', choice.signal, playbook.signals, 'reps.accepted');
  }
  return problems;
}
