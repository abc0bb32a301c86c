/**
 * The behaviour file: how example leads react to touches and how example reps answer. The simulator
 * and the demo read the same file, so that both tell the same story; `actors.ts` plays it.
 */
import { z } from 'zod';
import { byThemselvesSchema, rateSchema } from './behaviour-rates.ts';
import { chance, delay, listOf, name, number, reason, replyKind, signal, weight } from './behaviour-shape.ts';
import { dealStageOf } from './deal-stage.ts';
import type { Playbook } from './playbook.ts';
import { object } from './shape.ts';

const TIMES_EXPECTED = 'a whole number from 1 to 20';
const PHASE_EXPECTED = '"thought-leadership" or "call-to-action"';
const reactionShape = {
  chance,
  signal,
  /** What kind of reply `reply.received` is; absent: somebody wrote something. */
  reply: replyKind.optional(),
  /** Until when somebody is away, or would rather not hear more; counted from the reply. Absent: no word of it. */
  until: delay.optional(),
  /** How often, one after another. */
  times: z
    .int({ error: TIMES_EXPECTED })
    .min(1, { error: TIMES_EXPECTED })
    .max(20, { error: TIMES_EXPECTED })
    .default(1),
  /** After the touch, in plain time. */
  after: delay,
};
const REACTION_EXPECTED = 'a reaction, such as { chance: 0.3, signal: email.clicked, after: { from: PT1H, to: P1D } }';
const reaction = object(
  {
    /** Only touches of this phase, or of these emails; absent: every touch. */
    phase: z.enum(['thought-leadership', 'call-to-action'], { error: PHASE_EXPECTED }).optional(),
    emails: listOf(name('an email of the playbook'), 'a list of emails of the playbook').optional(),
    ...reactionShape,
  },
  REACTION_EXPECTED,
);

const money = number('an amount of 0 or more');
/** A sale in the CRM: stages one after another, each counted from the one before. */
const saleShape = {
  /** In EUR, evenly drawn between the two. */
  amount: object({ from: money, to: money }, 'an amount in EUR, such as { from: 5000, to: 40000 }'),
  /** From the win to the day it is renewed; absent: the CRM says none. */
  renews: delay.optional(),
  stages: listOf(
    object({ stage: name('a stage of deals').transform(dealStageOf), after: delay }, 'a stage and after'),
    'the stages of the deal, one after another',
    1,
  ),
};

const persona = object(
  {
    id: name('a name'),
    weight,
    touched: listOf(reaction, 'a list of reactions').default([]),
    /** What they do by themselves, counted from when the lead came in. */
    unprompted: listOf(object(reactionShape, REACTION_EXPECTED), 'a list of reactions').default([]),
    /** Sales the CRM tells of by itself, such as those to customers of old; in plain time from when the lead came in. */
    deals: listOf(object({ chance, ...saleShape }, 'chance, amount, renews and stages'), 'a list of sales').default([]),
  },
  'a kind of people: id, weight, touched, unprompted, deals',
);

const does = <const T extends string>(what: T) => z.literal(what, { error: `"${what}"` });
/** One of several maps, told apart by `do`. */
const choiceOf = <const T extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]>(
  options: T,
  names: string,
) => z.discriminatedUnion('do', options, { error: `a choice with a weight and do: ${names}` });

const nothing = object({ weight, do: does('nothing') }, 'weight and do');
const recycle = object({ weight, do: does('recycle'), reason, after: delay }, 'weight, do, reason and after');
const offered = choiceOf(
  [
    object({ weight, do: does('accept'), after: delay }, 'weight, do and after'),
    object({ weight, do: does('reject'), reason, after: delay }, 'weight, do, reason and after'),
    nothing,
  ],
  'accept, reject or nothing',
);
const deal = object({ weight, do: does('deal'), ...saleShape }, 'weight, do, amount, renews and stages');
/** What the lead does after the rep has got in touch, one after another; each counted from the one before. */
const signals = object(
  {
    weight,
    do: does('signals'),
    signals: listOf(object({ signal, after: delay }, 'a signal and after'), 'a list of signals', 1),
  },
  'weight, do and signals',
);
const accepted = choiceOf([deal, recycle, signals, nothing], 'deal, recycle, signals or nothing');
const answered = choiceOf(
  [
    object(
      { weight, do: does('complete'), disposition: name('a disposition'), after: delay },
      'weight, do, disposition and after',
    ),
    object({ weight, do: does('skip'), after: delay }, 'weight, do and after'),
    nothing,
  ],
  'complete, skip or nothing',
);

export const behaviourSchema = object(
  {
    leads: object(
      {
        personas: listOf(persona, 'a list of at least one kind of people', 1),
        /** What every lead may do after an email, whatever its kind, by rates; see behaviour-rates.ts. */
        rates: listOf(rateSchema, 'a list of rates').optional(),
        /** The same for what leads do by themselves; for simulations. */
        byThemselves: listOf(byThemselvesSchema, 'a list of rates').optional(),
        /** Chance at each touch that the reader unsubscribes. */
        unsubscribe: object({ chance, after: delay }, 'chance and after').optional(),
        /** Chance at each touch of marketing that the reader declines its topic on the preference page. */
        decline: object({ chance, after: delay }, 'chance and after').optional(),
        /** Chance at each touch of marketing that the reader asks there for a pause. */
        pause: object({ chance, after: delay }, 'chance and after').optional(),
        /** Share of leads whose address turns out not to exist. */
        bounce: object({ chance }, 'a chance, such as { chance: 0.02 }').optional(),
      },
      'how leads react: personas, rates, byThemselves, unsubscribe, decline, pause, bounce',
    ),
    /** `after` of reps is working time in the rep's calendar; a day is as long as their working day. */
    reps: object(
      {
        /** Handoff id, or `else` for the others, to what the rep does with the offer. */
        offered: z.record(z.string(), listOf(offered, 'a list of choices', 1), {
          error: 'a map from handoffs, or else, to lists of choices',
        }),
        /** The same for offers that have changed hands, whatever the handoff; absent: as any other offer. */
        passedOn: listOf(offered, 'a list of choices', 1).optional(),
        /** What comes of a lead that a rep has accepted. */
        accepted: listOf(accepted, 'a list of choices', 1),
        /** Tasks that are no handoffs. */
        tasks: listOf(answered, 'a list of choices', 1),
        /** Whether the rep takes a chat that rings, how long the talk lasts in plain time, and how it ends. */
        chats: listOf(
          choiceOf(
            [
              object(
                { weight, do: does('accept'), talk: delay, outcome: name('how it ended, in a word').optional() },
                'weight, do, talk and outcome',
              ),
              nothing,
            ],
            'accept or nothing',
          ),
          'a list of choices',
        ).default([]),
        /** Texts a rep gives for the facts a return asks for, by the fact's name. */
        facts: z
          .record(z.string(), listOf(z.string({ error: 'text' }), 'a list of texts', 1), {
            error: 'a map from facts to lists of texts',
          })
          .default({}),
        /** The date a rep gives where a return asks for one, counted from the answer; absent: none given. */
        until: delay.optional(),
      },
      'how reps answer: offered, passedOn, accepted, tasks, chats, facts, until',
    ),
  },
  'how people behave: leads and reps',
);

export type Behaviour = z.infer<typeof behaviourSchema>;
export type BehaviourInput = z.input<typeof behaviourSchema>;

/** Nobody reacts to anything, and no rep answers. */
export const NOBODY: Behaviour = behaviourSchema.parse({
  leads: { personas: [{ id: 'nobody', weight: 1 }] },
  reps: { offered: {}, accepted: [{ weight: 1, do: 'nothing' }], tasks: [{ weight: 1, do: 'nothing' }] },
} satisfies BehaviourInput);

/** A name in the behaviour that the playbook does not know. */
export interface UnknownName {
  readonly path: readonly (string | number)[];
  readonly what: 'signal' | 'email' | 'handoff' | 'return';
  readonly name: string;
  /** It is a key of the map there. */
  readonly isKey: boolean;
}

/** Names in the behaviour that the playbook does not know; empty when it fits. */
export function behaviourProblems(
  behaviour: Behaviour,
  playbook: Pick<Playbook, 'signals' | 'emails' | 'handoffs' | 'returns'>,
): UnknownName[] {
  const problems: UnknownName[] = [];
  const names = {
    signal: playbook.signals,
    email: playbook.emails,
    handoff: playbook.handoffs,
    return: playbook.returns,
  };
  const known = (what: UnknownName['what'], name: string, path: UnknownName['path'], isKey = false): void => {
    if (!Object.hasOwn(names[what], name)) problems.push({ path, what, name, isKey });
  };
  for (const list of ['rates', 'byThemselves'] as const)
    for (const [n, rate] of (behaviour.leads[list] ?? []).entries()) {
      known('signal', rate.signal, ['leads', list, n, 'signal']);
    }
  for (const [n, { emails = {} }] of (behaviour.leads.rates ?? []).entries())
    for (const email of Object.keys(emails)) known('email', email, ['leads', 'rates', n, 'emails', email], true);
  for (const [n, persona] of behaviour.leads.personas.entries()) {
    const at = ['leads', 'personas', n];
    for (const [i, { signal: type, emails = [] }] of persona.touched.entries()) {
      known('signal', type, [...at, 'touched', i, 'signal']);
      for (const [e, email] of emails.entries()) known('email', email, [...at, 'touched', i, 'emails', e]);
    }
    for (const [i, entry] of persona.unprompted.entries())
      known('signal', entry.signal, [...at, 'unprompted', i, 'signal']);
  }
  for (const [handoff, choices] of Object.entries(behaviour.reps.offered)) {
    const at = ['reps', 'offered', handoff];
    if (handoff !== 'else') known('handoff', handoff, at, true);
    for (const [i, choice] of choices.entries())
      if (choice.do === 'reject') known('return', choice.reason, [...at, i, 'reason']);
  }
  for (const [i, choice] of (behaviour.reps.passedOn ?? []).entries())
    if (choice.do === 'reject') known('return', choice.reason, ['reps', 'passedOn', i, 'reason']);
  for (const [i, choice] of behaviour.reps.accepted.entries()) {
    const at = ['reps', 'accepted', i];
    if (choice.do === 'recycle') known('return', choice.reason, [...at, 'reason']);
    if (choice.do === 'signals')
      for (const [n, one] of choice.signals.entries()) known('signal', one.signal, [...at, 'signals', n, 'signal']);
  }
  return problems;
}
