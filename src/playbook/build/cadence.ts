/** From a checked cadence to its compiled form: defaults filled in, blocks of steps flattened. */

import { FITS } from '../../core/content.ts';
import type { Cadence, Company, Entry, SendWindow, Span, Step, WaitStep } from '../../core/playbook.ts';
import type { ConditionBook } from '../checks/conditions.ts';
import { type RawArm, type RawCadence, type RawStep, type RawWait, TOLD } from '../schemas/cadence.ts';
import type { RawSpan } from '../schemas/shared.ts';
import type { Path } from '../source.ts';
import { dictionary } from './dictionary.ts';

export interface BuildContext {
  readonly file: string;
  readonly conditions: ConditionBook;
}

export const DEFAULT_HOURS = { from: '09:00', to: '17:00' } as const;

export function buildCadence(raw: RawCadence, company: Company, context: BuildContext): Cadence {
  const at = (...path: Path) => context.conditions.at(context.file, path);
  const steps: [string, Step][] = [];
  const first = flatten(raw.steps, ['steps'], null, context, steps);
  const sales = raw.purpose === 'sales';
  return {
    id: raw.cadence,
    purpose: raw.purpose,
    lane: raw.lane ?? 'nurture',
    runs: {
      custody: raw.runs?.custody ?? (sales ? ['sales'] : ['marketing', 'nobody']),
      else: raw.runs?.else ?? (sales ? 'exit' : 'pause'),
    },
    priority: raw.priority ?? 50,
    ...(raw.entry && { entry: buildEntry(raw.entry, raw.entry.when === undefined ? undefined : at('entry', 'when')) }),
    window: buildWindow(raw.window, company),
    ...(raw.goal !== undefined && { goal: at('goal') }),
    ...(raw.exit !== undefined && { exit: at('exit') }),
    ...(raw.holdout && {
      holdout: {
        percent: raw.holdout.percent,
        goal: { when: at('holdout', 'goal', 'when'), within: raw.holdout.goal.within },
      },
    }),
    first,
    steps: dictionary(steps),
  };
}

function buildEntry(raw: NonNullable<RawCadence['entry']>, when: Entry['when']): Entry {
  const again = raw.again ?? 'once';
  return {
    ...(when && { when }),
    ...(raw.on !== undefined && { on: raw.on }),
    again: typeof again === 'string' ? { kind: again } : { kind: 'after', after: again.after },
  };
}

function buildWindow(raw: RawCadence['window'], company: Company): SendWindow {
  const zones = raw?.zone || raw?.else ? [raw.zone ?? 'lead', ...(raw.else ?? [])] : (['lead', 'country'] as const);
  return {
    days: raw?.days ?? company.workingHours.days,
    from: raw?.from ?? DEFAULT_HOURS.from,
    to: raw?.to ?? DEFAULT_HOURS.to,
    // The company's zone is always known, so it ends every search.
    zones: [...new Set([...zones, 'company' as const])],
    ...(raw?.prefer && { prefer: raw.prefer }),
    ...(raw?.spread && { spread: raw.spread }),
  };
}

/**
 * Adds the steps of a block, and of all blocks in it, to `out`; answers where the block starts. Whoever
 * comes out of a block goes on at `next`, the step after the one the block is in.
 */
function flatten(
  block: readonly RawStep[] | undefined,
  path: Path,
  next: string | null,
  context: BuildContext,
  out: [string, Step][],
): string | null {
  const steps = block ?? [];
  for (const [index, step] of steps.entries()) {
    const after = steps[index + 1]?.id ?? next;
    const place: Path = [...path, index];
    const position = out.length;
    const built = buildStep(step, after, place, context, (inner, innerPath) =>
      flatten(inner, [...place, ...innerPath], after, context, out),
    );
    // A step stands before the blocks in it, as in the file.
    out.splice(position, 0, [step.id, built]);
  }
  return steps[0]?.id ?? next;
}

type Enter = (block: readonly RawStep[] | undefined, path: Path) => string | null;

function buildStep(raw: RawStep, next: string | null, path: Path, context: BuildContext, enter: Enter): Step {
  const base = { id: raw.id, next };
  const at = (...inner: Path) => context.conditions.at(context.file, [...path, ...inner]);
  if ('email' in raw) {
    return { ...base, kind: 'email', email: raw.email, ...(raw.topic !== undefined && { topic: raw.topic }) };
  }
  if ('pick' in raw) {
    const { topic, phase, fits } = raw.pick;
    return {
      ...base,
      kind: 'pick',
      topic,
      ...(phase && { phase }),
      fits: fits ?? FITS,
      onExhausted: raw.onExhausted ?? 'continue',
    };
  }
  if ('wait' in raw) return { ...base, kind: 'wait', wait: buildWait(raw.wait) };
  if ('waitFor' in raw) {
    return {
      ...base,
      kind: 'waitFor',
      when: at('waitFor'),
      upTo: raw.upTo,
      then: enter(raw.then, ['then']),
      else: enter(raw.else, ['else']),
    };
  }
  if ('branch' in raw) {
    const arm = ({ when, steps }: RawArm, index: number) => ({
      ...(when !== undefined && { when: at('branch', index, 'when') }),
      to: enter(steps, ['branch', index, 'steps']),
    });
    return { ...base, kind: 'branch', arms: raw.branch.map(arm) };
  }
  if ('split' in raw) {
    const { goal, guard } = raw.split;
    const arms = Object.entries(raw.split.arms).map(([id, { weight, steps }]) => ({
      id,
      weight,
      to: enter(steps, ['split', 'arms', id, 'steps']),
      steps: steps.flatMap(idsIn),
    }));
    return {
      ...base,
      kind: 'split',
      arms,
      holdout: raw.split.holdout ?? 0,
      ...(goal && { goal: { when: at('split', 'goal', 'when'), within: goal.within } }),
      ...(guard && {
        guard: { when: at('split', 'guard', 'when'), within: guard.within, atMost: guard.atMost },
      }),
    };
  }
  if ('task' in raw) {
    const { kind, title, body, due } = raw.task;
    const task = { kind, title, ...(body !== undefined && { body }), due: buildSpan(due) };
    return { ...base, kind: 'task', task, outcomes: buildOutcomes(raw.outcomes, enter) };
  }
  if ('handoff' in raw) {
    return { ...base, kind: 'handoff', handoff: raw.handoff, outcomes: buildOutcomes(raw.outcomes, enter) };
  }
  if ('webhook' in raw) return { ...base, kind: 'webhook', name: raw.webhook, data: raw.data ?? {} };
  if ('enroll' in raw) return { ...base, kind: 'enroll', into: raw.enroll };
  if ('notify' in raw) {
    const { notify, title, body } = raw;
    const to = TOLD.find((known) => known === notify) ?? { address: notify };
    return { ...base, kind: 'notify', to, title, ...(body !== undefined && { body }) };
  }
  return { ...base, kind: 'recycle', into: raw.recycle };
}

/** The step and all steps in its blocks. */
const idsIn = (step: RawStep): string[] => [step.id, ...blocksIn(step).flatMap((block) => block.flatMap(idsIn))];

function blocksIn(step: RawStep): readonly RawStep[][] {
  if ('waitFor' in step) return [step.then ?? [], step.else ?? []];
  if ('branch' in step) return step.branch.map(({ steps }) => steps);
  if ('split' in step) return Object.values(step.split.arms).map(({ steps }) => steps);
  if ('outcomes' in step) return Object.values(step.outcomes ?? {}).map((block) => block ?? []);
  return [];
}

function buildOutcomes(outcomes: Readonly<Record<string, RawStep[] | undefined>> | undefined, enter: Enter) {
  return dictionary(
    Object.entries(outcomes ?? {}).map(([name, block]) => [name, enter(block, ['outcomes', name])] as const),
  );
}

function buildWait(raw: RawWait): WaitStep['wait'] {
  if (typeof raw === 'string' || 'working' in raw) return buildSpan(raw);
  return { until: raw.until, offset: raw.offset ?? 'PT0S', orElse: raw.orElse ?? 'continue' };
}

export function buildSpan(raw: RawSpan): Span {
  return typeof raw === 'string' ? { plain: raw } : { working: raw.working };
}
