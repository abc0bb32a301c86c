/** The rules of `playbook.yaml`, key by key. */
import type { BuyingGroup, Expiry, Handoff, Playbook, Pool, Replies, ReturnRule, Sla, Stage } from '../playbook.ts';
import { SAME_ACCOUNT } from '../playbook.ts';
import type { Scope } from '../scope.ts';
import { anyOf, because, entry, type Rule, told } from './rule.ts';

const stageRules = ({ id, when, deal }: Stage, first: boolean): Rule[] => {
  const changed = entry('stage.changed', { to: id });
  if (first) return [{ id: `stages/${id}`, heldBy: (scope) => scope.stage === id }];
  return [
    { id: `stages/${id}`, seenIn: changed },
    ...(when ? [{ id: `stages/${id}/when`, seenIn: because(changed, 'stage-condition') }] : []),
    ...(deal ? [{ id: `stages/${id}/deal`, seenIn: because(changed, 'stage-deal') }] : []),
  ];
};

const handoffRules = ({ id, pools, cadence }: Handoff): Rule[] => [
  { id: `handoffs/${id}`, seenIn: entry('handoff.offered', { handoff: id }) },
  ...(pools.includes(SAME_ACCOUNT)
    ? [{ id: `handoffs/${id}/pools/${SAME_ACCOUNT}`, seenIn: entry('handoff.offered', { handoff: id, sameAccount: undefined }) }]
    : []),
  ...(cadence === undefined
    ? []
    : [
        {
          id: `handoffs/${id}/cadence`,
          seenIn: (one: Parameters<NonNullable<Rule['seenIn']>>[0]) =>
            one.cadence === cadence && entry('enrollment.started', { on: 'handoff.accepted' })(one),
        },
      ]),
];

/** What each rung of the ladder leaves in the journal. */
const RUNGS = { reassign: 'handoff.reassigned', manager: 'handoff.escalated', recycle: 'handoff.breached' } as const;

function slaRules({ id, firstTouch, remind, onBreach }: Sla, handoffs: readonly Handoff[]): Rule[] {
  // The journal names the handoff, which has one SLA.
  const of = (type: string, data: Readonly<Record<string, unknown>> = {}): NonNullable<Rule['seenIn']> =>
    anyOf(...handoffs.filter(({ sla }) => sla === id).map((handoff) => entry(type, { handoff: handoff.id, ...data })));
  return [
    { id: `slas/${id}/accept`, seenIn: anyOf(of('handoff.accepted'), of('handoff.breached')) },
    ...(firstTouch
      ? [
          { id: `slas/${id}/firstTouch kept`, seenIn: of('handoff.touched', { late: false }) },
          { id: `slas/${id}/firstTouch broken`, seenIn: of('sla.breached', { clock: 'firstTouch' }) },
        ]
      : []),
    ...(remind.length === 0 ? [] : [{ id: `slas/${id}/remind`, seenIn: of('task.reminded') }]),
    ...onBreach.map((rung) => ({ id: `slas/${id}/onBreach/${rung.do}`, seenIn: of(RUNGS[rung.do]) })),
  ];
}

const poolRules = ({ id, reps, maxOpen, manager }: Pool): Rule[] => [
  { id: `pools/${id}`, seenIn: anyOf(entry('handoff.offered', { pool: id }), entry('handoff.reassigned', { pool: id })) },
  ...reps.map((rep) => ({
    id: `pools/${id}/reps/${rep}`,
    seenIn: anyOf(entry('handoff.offered', { rep }), entry('handoff.reassigned', { to: rep })),
  })),
  ...(maxOpen === undefined ? [] : [{ id: `pools/${id}/maxOpen`, seenIn: anyOf(entry('pool.full', { pool: id }), (one) => String(told(one, 'full') ?? '').split(', ').includes(id)) }]),
  ...(manager === undefined ? [] : [{ id: `pools/${id}/manager`, seenIn: entry('handoff.escalated', { to: manager }) }]),
];

function returnRules({ id, recycle, after, facts, disqualify }: ReturnRule): Rule[] {
  const given = (data: Readonly<Record<string, unknown>> = {}): NonNullable<Rule['seenIn']> =>
    anyOf(
      entry('handoff.rejected', { returnReason: id, ...data }),
      entry('lead.returned', { returnReason: id, ...data }),
    );
  return [
    { id: `returns/${id}`, seenIn: given() },
    ...(recycle === undefined
      ? []
      : [{ id: `returns/${id}/recycle`, seenIn: entry('enrollment.started', { returnReason: id }) }]),
    ...(after?.ask ? [{ id: `returns/${id}/after a date`, seenIn: given({ until: undefined }) }] : []),
    ...(facts.length === 0 ? [] : [{ id: `returns/${id}/facts`, seenIn: given({ facts: undefined }) }]),
    ...(disqualify ? [{ id: `returns/${id}/disqualify`, seenIn: entry('lead.disqualified', { why: id }) }] : []),
  ];
}

const expiryRules = ({ warning }: Expiry): Rule[] => [
  { id: 'expiry', seenIn: entry('lead.expired') },
  { id: 'expiry/revive', seenIn: entry('lead.revived') },
  ...(warning ? [{ id: 'expiry/cadence', seenIn: entry('lead.expiring') }] : []),
];

const replyRules = ({ human, outOfOffice, positive, notNow }: Replies): Rule[] => {
  const rule = (id: string, kind: string): Rule => ({
    id: `replies/${id}`,
    seenIn: entry('signal.received', { type: 'reply.received', class: kind }),
  });
  return [
    ...(human ? [rule('human', 'human')] : []),
    ...(outOfOffice ? [rule('outOfOffice', 'out-of-office')] : []),
    ...(positive === undefined ? [] : [rule('positive', 'positive')]),
    ...(notNow === undefined ? [] : [rule('not-now', 'not-now')]),
  ];
};

const groupRules = ({ roles, need, map, pauseColleagues, onMissing }: BuyingGroup): Rule[] => [
  ...(pauseColleagues === undefined ? [] : [{ id: 'buyingGroup/onReply', seenIn: entry('colleague.replied') }]),
  ...(onMissing === undefined ? [] : [{ id: 'buyingGroup/onMissing', seenIn: because(entry('task.opened'), 'role-missing') }]),
  ...roles.map((role) => ({ id: `buyingGroup/roles/${role}`, heldBy: (scope: Scope) => scope.account.role === role })),
  ...Object.keys(need).map((role) => ({
    id: `buyingGroup/need/${role}`,
    heldBy: (scope: Scope) => scope.account.missing.includes(role),
  })),
  ...map.map(({ when }) => ({ id: `buyingGroup/map/${when.source}`, heldBy: (scope: Scope) => when.test(scope) })),
];

type Told = Readonly<Record<string, (playbook: Playbook) => readonly Rule[]>>;

/** The rules under each key of a compiled playbook; a key that is not here is answered as not looked at. */
export const KEYS: Told = {
  // What they say is on every page, and in no lead's story.
  hash: () => [],
  company: () => [],
  agreed: () => [],
  goals: () => [],
  stages: ({ stages }) => stages.flatMap((stage, i) => stageRules(stage, i === 0)),
  onDealLost: () => [
    { id: 'onDealLost/stage', seenIn: because(entry('stage.changed'), 'deal-lost') },
    { id: 'onDealLost/return', seenIn: because(entry('lead.returned'), 'deal-lost') },
  ],
  definitions: ({ definitions }) =>
    Object.keys(definitions).map((name) => ({
      id: `definitions/${name}`,
      seenIn: entry('label.gained', { label: name }),
      heldBy: (scope) => scope.definition(name),
    })),
  signals: ({ signals }) =>
    Object.keys(signals).map((type) => ({
      id: `signals/${type}`,
      // An unsubscribe comes by its link.
      seenIn:
        type === 'unsubscribed'
          ? entry('lead.suppressed', { why: 'unsubscribed' })
          : entry('signal.received', { type }),
    })),
  score: ({ score }) =>
    score.fit.map(({ when }) => ({ id: `score/fit/${when.source}`, heldBy: (scope) => when.test(scope) })),
  routes: ({ routes }) => routes.map(({ id }) => ({ id: `routes/${id}`, seenIn: entry('handoff.offered', { route: id }) })),
  handoffs: ({ handoffs }) => Object.values(handoffs).flatMap(handoffRules),
  slas: ({ slas, handoffs }) => Object.values(slas).flatMap((sla) => slaRules(sla, Object.values(handoffs))),
  resume: () => [
    { id: 'slas/recycle/resume', seenIn: anyOf(entry('sla.kept'), entry('sla.breached', { clock: 'resume' })) },
  ],
  pools: ({ pools }) => pools.flatMap(poolRules),
  returns: ({ returns }) => Object.values(returns).flatMap(returnRules),
  topics: ({ topics }) =>
    topics === undefined ? [] : [{ id: 'topics', seenIn: because(entry('touch.skipped'), 'topic-declined') }],
  expiry: ({ expiry }) => (expiry ? expiryRules(expiry) : []),
  caps: ({ caps }) => {
    const over =
      caps?.onCap === 'skip' ? anyOf(entry('touch.skipped'), entry('task.skipped')) : entry('touch.deferred');
    return [
      ...(caps?.lead ? [{ id: 'caps/lead', seenIn: because(over, 'capped') }] : []),
      ...(caps?.account ? [{ id: 'caps/account', seenIn: because(over, 'account-capped') }] : []),
    ];
  },
  // Mail is planned around what is quiet, which leaves no entry.
  sending: ({ sending }) =>
    sending?.warmUp === undefined
      ? []
      : [{ id: 'sending/warmUp', seenIn: because(entry('touch.deferred'), 'warming-up') }],
  buyingGroup: ({ buyingGroup }) => (buyingGroup ? groupRules(buyingGroup) : []),
  chat: ({ chat = [] }) =>
    chat.map(({ when, to }, i) => ({
      id: `chat/${when?.source ?? 'else'}: ${to.kind}`,
      seenIn: entry('chat.started', { rule: i + 1 }),
    })),
  replies: ({ replies }) => (replies ? replyRules(replies) : []),
};
