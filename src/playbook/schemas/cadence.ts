/** The schema of `cadences/*.yaml`. Blocks of steps nest; their depth is bounded by the reader. */
import { z } from 'zod';
import { FITS, type Fit, PHASES, type Phase } from '../../core/content.ts';
import { WAIT_DATES, type WaitUntil } from '../../core/playbook.ts';
import {
  amount,
  condition,
  duration,
  id,
  listOf,
  mapOf,
  object,
  offset,
  oneOf,
  template,
  text,
  time,
  wholeNumber,
  wordOrAddress,
} from './scalars.ts';
import { CUSTODY, holdout, measure, PURPOSES, type RawSpan, span, weekdays, working } from './shared.ts';

/** A step does one thing: it has exactly one of these keys. */
export const STEP_KINDS = [
  'email',
  'pick',
  'wait',
  'waitFor',
  'branch',
  'split',
  'task',
  'handoff',
  'recycle',
  'enroll',
  'notify',
  'webhook',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];
/** Marks the issue of a step that is none or more than one kind of step. */
export const STEP_EXPECTED = `a step with an id and one of ${STEP_KINDS.join(', ')}`;

type Maybe<T> = T | undefined;
interface RawStepBase {
  id: string;
}
export type RawWait = RawSpan | { until: WaitUntil; offset?: Maybe<string>; orElse?: Maybe<'continue' | 'skip'> };
export type RawPick = { topic: string; phase?: Maybe<Phase>; fits?: Maybe<Fit[]> };
export type RawArm = { when?: Maybe<string>; else?: Maybe<true>; steps: RawStep[] };
export type RawSplit = {
  arms: Record<string, { weight: number; steps: RawStep[] }>;
  holdout?: Maybe<number>;
  goal?: Maybe<{ when: string; within: string }>;
  guard?: Maybe<{ when: string; within: string; atMost: number }>;
};
export type RawStep =
  | (RawStepBase & { email: string; topic?: Maybe<string> })
  | (RawStepBase & { pick: RawPick; onExhausted?: Maybe<'end' | 'continue'> })
  | (RawStepBase & { wait: RawWait })
  | (RawStepBase & { waitFor: string; upTo: string; then?: Maybe<RawStep[]>; else?: Maybe<RawStep[]> })
  | (RawStepBase & { branch: RawArm[] })
  | (RawStepBase & { split: RawSplit })
  | (RawStepBase & {
      task: { kind: string; title: string; body?: Maybe<string>; due: RawSpan };
      outcomes?: Maybe<Record<string, RawStep[]>>;
    })
  | (RawStepBase & {
      handoff: string;
      outcomes?: Maybe<{ accepted?: Maybe<RawStep[]>; rejected?: Maybe<RawStep[]>; breached?: Maybe<RawStep[]> }>;
    })
  | (RawStepBase & { recycle: string })
  | (RawStepBase & { enroll: string })
  | (RawStepBase & { notify: string; title: string; body?: Maybe<string> })
  | (RawStepBase & { webhook: string; data?: Maybe<Record<string, string | number | boolean>> });

const step: z.ZodType<RawStep> = z.lazy(() => anyStep).meta({ id: 'step' });
const steps = z.array(step, { error: 'a list of steps' }).max(500, { error: 'at most 500 steps' });

const WAIT_EXPECTED = 'a duration such as P3D, { working: P1D }, or { until: meeting.at, offset: -P1D }';
const wait = z.union(
  [
    duration,
    working,
    object(
      {
        until: oneOf(WAIT_DATES),
        offset: offset.optional(),
        orElse: oneOf(['continue', 'skip']).optional(),
      },
      WAIT_EXPECTED,
    ),
  ],
  { error: WAIT_EXPECTED },
);

const FITS_EXPECTED = `a list of ${FITS.map((fit) => `"${fit}"`).join(', ')}`;
const pick = object(
  { topic: id, phase: oneOf(PHASES).optional(), fits: listOf(oneOf(FITS), FITS_EXPECTED).optional() },
  'what to pick from, such as { topic: case-study, fits: [role, stage] }',
);

const arm = object(
  { when: condition.optional(), else: z.literal(true, { error: 'true' }).optional(), steps },
  'an arm, such as { when: "mql", steps: [] } or { else: true, steps: [] }',
);
const weight = (min: number) =>
  amount(`a weight, ${min === 0 ? 'zero or more' : 'above zero'}, such as 45`, min, 1_000_000);
const split = object(
  {
    arms: mapOf(
      id,
      object({ weight: weight(0.000_001), steps }, 'an arm, such as { weight: 45, steps: [] }'),
      'a map of arms by id',
    ),
    holdout: weight(0).optional(),
    goal: measure.optional(),
    guard: object(
      {
        when: condition,
        within: duration,
        atMost: amount('a share of the leads between 0 and 1, such as 0.02', 0, 0.999),
      },
      'what stops an arm, such as { when: "seen(\'unsubscribed\')", within: P14D, atMost: 0.02 }',
    ).optional(),
  },
  'a split, such as { arms: { a: { weight: 50, steps: [] }, b: { weight: 50, steps: [] } } }',
);
const task = object(
  {
    kind: id,
    title: template('the title of the task, such as "Call {{ lead.firstName }}"', 200),
    body: template('the body of the task', 5_000).optional(),
    due: span,
  },
  'a task, such as { kind: call, title: "Call {{ lead.firstName }}", due: { working: P1D } }',
);
/** Whom a step `notify` tells, beside an address. */
export const TOLD = ['rep', 'manager', 'marketing', 'sales'] as const;
const told = wordOrAddress(TOLD);
const noticeTitle = template('what the mail says in its subject, such as "{{ lead.company }} is back"', 200);
const noticeBody = template('what the mail says', 5_000);
const handoffOutcomes = object(
  { accepted: steps.optional(), rejected: steps.optional(), breached: steps.optional() },
  'what follows: { accepted: [], rejected: [], breached: [] }',
);

// It is sent as it stands: somebody who writes a template here expects the lead's data, which is asked for by its id.
const DATA_EXPECTED = 'a text of at most 500 characters without templates, a number, true or false';
const dataText = z
  .string({ error: DATA_EXPECTED })
  .max(500, { error: DATA_EXPECTED })
  .regex(/^(?!.*\{[{%])/s, { error: DATA_EXPECTED });
const webhookData = mapOf(
  id,
  z.union([dataText, z.number(), z.boolean()], { error: DATA_EXPECTED }),
  'what is told along, such as { team: onboarding, seats: 5 }',
);

// In the order of STEP_KINDS: the reader of issues takes the option of the kind the step has.
const anyStep = z.union(
  [
    object({ id, email: id, topic: id.optional() }, STEP_EXPECTED),
    object({ id, pick, onExhausted: oneOf(['end', 'continue']).optional() }, STEP_EXPECTED),
    object({ id, wait }, STEP_EXPECTED),
    object({ id, waitFor: condition, upTo: duration, then: steps.optional(), else: steps.optional() }, STEP_EXPECTED),
    object({ id, branch: listOf(arm, 'a list of arms', 1) }, STEP_EXPECTED),
    object({ id, split }, STEP_EXPECTED),
    object({ id, task, outcomes: mapOf(id, steps, 'a map from dispositions to steps').optional() }, STEP_EXPECTED),
    object({ id, handoff: id, outcomes: handoffOutcomes.optional() }, STEP_EXPECTED),
    object({ id, recycle: id }, STEP_EXPECTED),
    object({ id, enroll: id }, STEP_EXPECTED),
    object({ id, notify: told, title: noticeTitle, body: noticeBody.optional() }, STEP_EXPECTED),
    object({ id, webhook: id, data: webhookData.optional() }, STEP_EXPECTED),
  ],
  { error: STEP_EXPECTED },
);

const AGAIN_EXPECTED = '"once", "always", or { after: P90D }';
const ZONES = ['lead', 'country', 'company'] as const;

export const cadenceSchema = object(
  {
    cadence: id,
    purpose: oneOf(PURPOSES),
    lane: id.optional(),
    runs: object(
      {
        custody: listOf(oneOf(CUSTODY), 'a list of "marketing", "sales", "nobody"', 1),
        else: oneOf(['pause', 'exit']).optional(),
      },
      'while who has the lead it runs, such as { custody: [marketing, nobody], else: pause }',
    ).optional(),
    priority: wholeNumber('a whole number between 0 and 1000', 0, 1_000).optional(),
    entry: object(
      {
        when: condition.optional(),
        on: text('an event: "handoff.accepted", or "stage." and a stage', 80).optional(),
        again: z
          .union([z.enum(['once', 'always'], { error: AGAIN_EXPECTED }), object({ after: duration }, AGAIN_EXPECTED)], {
            error: AGAIN_EXPECTED,
          })
          .optional(),
      },
      'who enters, such as { when: "stage == \'exploring\'", again: once }',
    ).optional(),
    window: object(
      {
        days: weekdays.optional(),
        from: time.optional(),
        to: time.optional(),
        zone: oneOf(ZONES).optional(),
        else: listOf(oneOf(ZONES), 'a list of "lead", "country", "company"').optional(),
        prefer: oneOf(['best-hour']).optional(),
        spread: oneOf(['none']).optional(),
      },
      'when mail may go, such as { days: [tue, thu], from: "09:00", to: "16:00" }',
    ).optional(),
    goal: condition.optional(),
    exit: condition.optional(),
    onChange: oneOf(['pin']).optional(),
    holdout: holdout.optional(),
    steps: steps.min(1, { error: 'a list of at least one step' }),
  },
  'a map that begins with "cadence:"',
).meta({ title: 'Volley cadence' });

export type RawCadence = z.output<typeof cadenceSchema>;
