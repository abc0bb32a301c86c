/** Who has the lead, which stage it is in and what its score is, each with why. */
import type { Rung } from '../playbook.ts';
import { HISTORY, SINCE_BACK, SINCE_RETURN, scoreOf, viewOf } from '../view.ts';
import { conditionReasons } from './condition.ts';
import {
  type Because,
  type Explanation,
  fromJournal,
  LIFTED,
  newest,
  type Question,
  say,
  storyIn,
} from './question.ts';

const HANDOFFS = [
  'handoff.offered',
  'handoff.reassigned',
  'handoff.escalated',
  'handoff.accepted',
  'handoff.stayed',
  'task.reassigned',
  'lead.assigned',
  'sla.breached',
];

/** What the next rung of the SLA's ladder does, when nobody answers. */
const RUNGS: Readonly<Record<Rung['do'], string>> = {
  reassign: 'it goes to the next rep',
  manager: 'it goes to a manager',
  recycle: 'it goes back to marketing',
};

export function explainCustody(q: Question): Explanation {
  const { custody, disqualified, objected } = q.state;
  const moved = newest(q.journal, (x) => x.type === 'custody.changed');
  const since = moved?.at ?? custody.since;
  const handed = newest(q.journal, (x) => HANDOFFS.includes(x.type) && x.at >= since);
  const back = newest(
    q.journal,
    (x) => x.type === 'handoff.breached' || x.type === 'lead.returned' || x.type === 'handoff.rejected',
  );
  const because: Because[] = [
    ...(back !== undefined && back.at === since ? [fromJournal(q, back)] : []),
    ...(moved === undefined ? [] : [fromJournal(q, moved)]),
    ...(custody.who === 'sales' && handed !== undefined ? [fromJournal(q, handed)] : []),
    { code: 'position', expr: 'custody', value: custody.who, source: 'state' },
  ];
  const why = moved === undefined ? '' : ` ${storyIn(q, moved)}`;
  if (disqualified !== undefined) {
    return {
      verdict: 'never',
      at: disqualified.at,
      code: 'disqualified',
      sentence: `Nobody has the lead: it is disqualified since ${say(q, disqualified.at)} (${disqualified.reason}).`,
      because,
      unblockedBy: LIFTED,
    };
  }
  if (objected !== undefined) {
    return {
      verdict: 'never',
      at: objected.at,
      code: 'objected',
      sentence: `Nobody has the lead: the person objected to marketing on ${say(q, objected.at)}.`,
      because,
      unblockedBy: null,
    };
  }
  if (q.state.expired !== undefined) {
    return {
      verdict: 'waiting',
      at: q.state.expired.at,
      code: 'expired',
      sentence: `Nobody has the lead: it expired on ${say(q, q.state.expired.at)}.${why}`,
      because,
      unblockedBy: 'something the lead does, or a person who takes it up',
    };
  }
  const rep = custody.rep ?? `whoever takes it in pool ${custody.pool ?? ''}`;
  if (custody.who === 'sales' && custody.task !== undefined) {
    const until = custody.acceptBy === undefined ? '' : ` An answer is due by ${say(q, custody.acceptBy)}.`;
    // Rows without a ladder know one rung only.
    const rung = custody.ladder?.[0] ?? (custody.breachAt && { at: custody.breachAt, do: 'recycle' as const });
    const otherwise = rung ? ` Without one, ${RUNGS[rung.do]} on ${say(q, rung.at)}.` : '';
    return {
      verdict: 'waiting',
      at: since,
      code: 'offered',
      sentence: `The lead is offered to ${rep} since ${say(q, since)}.${why}${until}${otherwise}`,
      because,
      unblockedBy: `${rep} accepting or rejecting it`,
    };
  }
  const owed = custody.firstTouchBy !== undefined && custody.firstTouchAt === undefined;
  const first = owed ? ` A first touch is due by ${say(q, custody.firstTouchBy ?? since)}.` : '';
  const subject = custody.who === 'sales' ? `Sales (${rep})` : custody.who === 'marketing' ? 'Marketing' : 'Nobody';
  return {
    verdict: 'done',
    at: since,
    code: custody.who === 'sales' ? 'with-sales' : custody.who === 'marketing' ? 'with-marketing' : 'with-nobody',
    sentence: `${subject} has the next move since ${say(q, since)}.${why}${first}`,
    because: custody.who === 'sales' ? because : [...because, ...routeReasons(q)],
    unblockedBy: custody.who === 'sales' ? null : waysToSales(q),
  };
}

/** Why no route hands the lead to sales: each with what it looks at, counting since the last return. */
function routeReasons(q: Question): Because[] {
  const playbook = q.playbooks.current;
  const scope = viewOf(q.state, q.facts, playbook, q.now, SINCE_RETURN);
  return playbook.routes.flatMap(({ id, when }) =>
    conditionReasons(q, playbook, { condition: when, scope, source: `routes/${id}/when` }),
  );
}

/** A route fires when it turns true by something the lead does; one that has held since before does not. */
function waysToSales(q: Question): string | null {
  const playbook = q.playbooks.current;
  const scope = viewOf(q.state, q.facts, playbook, q.now, SINCE_RETURN);
  const ways = playbook.routes.map(({ id, when }) => {
    if (!when.test(scope)) return `the route ${id} turning true (${when.source})`;
    // It turned true by time or an import, and waits for the lead.
    if (q.state.routes[id]?.armed === true) return `the route ${id}, which holds already`;
    return `the route ${id} turning false and true again`;
  });
  return ways.length === 0 ? null : `${ways.join(', or ')}, by something the lead does`;
}

export function explainStage(q: Question): Explanation {
  const playbook = q.playbooks.current;
  const { stage, stageAt } = q.state;
  const index = playbook.stages.findIndex((x) => x.id === stage);
  const raised = newest(q.journal, (x) => x.type === 'stage.changed' && x.data['to'] === stage);
  const scope = viewOf(q.state, q.facts, playbook, q.now, SINCE_BACK);
  const higher = playbook.stages
    .slice(index + 1)
    .filter((x) => (x.when !== undefined && !q.state.objected) || x.deal !== undefined);
  const because = [
    ...(raised === undefined ? [] : [fromJournal(q, raised)]),
    ...higher.flatMap(({ id, when }) =>
      when === undefined ? [] : conditionReasons(q, playbook, { condition: when, scope, source: `stages/${id}/when` }),
    ),
  ];
  const next = higher[0];
  const when = q.state.objected ? undefined : next?.when?.source;
  const takes = next === undefined ? '' : [when, ...dealWords(next.deal)].filter(Boolean).join(', or ');
  const rises = next === undefined ? 'There is no higher one with a rule.' : `It rises to ${next.id} by: ${takes}.`;
  return {
    verdict: 'done',
    at: raised?.at ?? stageAt,
    code: raised === undefined ? 'first-stage' : 'stage-reached',
    sentence:
      raised === undefined
        ? `The lead is in ${stage}, where leads start; no higher stage has held. ${rises}`
        : `The lead is in ${stage} since ${say(q, raised.at)}. ${storyIn(q, raised)} ${rises}`,
    because,
    unblockedBy: next === undefined ? null : takes,
  };
}

const dealWords = (stages: readonly string[] = []): string[] =>
  stages.length === 0 ? [] : [`a deal that comes to ${stages.join(' or ')}`];

export function explainScore(q: Question): Explanation {
  if (q.state.objected) {
    const entry = newest(q.journal, (x) => x.type === 'lead.objected');
    return {
      verdict: 'never',
      at: q.state.objected.at,
      code: 'objected',
      sentence: `The person objected to marketing on ${say(q, q.state.objected.at)}: nothing about them is scored.`,
      because: entry === undefined ? [] : [fromJournal(q, entry)],
      unblockedBy: null,
    };
  }
  const playbook = q.playbooks.current;
  const { fit, engagement, parts, reasons } = scoreOf(q.state, q.facts, playbook, q.now);
  const round = (n: number): number => Math.round(n * 10) / 10;
  const scope = viewOf(q.state, q.facts, playbook, q.now, HISTORY);
  const labels = Object.keys(playbook.definitions).map((name): Because => {
    const definition = playbook.definitions[name];
    const source = definition?.place ?? `definitions/${name}`;
    return { code: 'condition', expr: name, value: scope.definition(name), source };
  });
  const shown = reasons.length === 0 ? 'nothing counts towards it yet' : reasons.join('; ');
  return {
    verdict: 'done',
    at: q.now,
    code: 'score',
    sentence: `Fit is ${round(fit)} and engagement ${round(engagement)} of ${playbook.score.engagement.max}: ${shown}.`,
    because: [
      ...parts.map(
        (part): Because => ({ code: 'score', expr: part.sentence, value: round(part.points), source: part.source }),
      ),
      ...labels,
    ],
    unblockedBy: null,
  };
}
