/** From checked files to the compiled playbook: every default is filled in here. */
import type {
  Agreed,
  BuyingGroup,
  Caps,
  ChatRule,
  Company,
  Condition,
  ConsentRule,
  EmailReview,
  EmailTemplate,
  EmailWords,
  Expiry,
  Goals,
  Handoff,
  Playbook,
  Pool,
  Purpose,
  Replies,
  ReportSchedule,
  ReturnRule,
  Sending,
  SignalRule,
  Sla,
} from '../../core/playbook.ts';
import type { ConditionBook } from '../checks/conditions.ts';
import { MARKETING_SLA } from '../checks/slas.ts';
import type { RawCadence } from '../schemas/cadence.ts';
import type { RawEmail, RawTranslation } from '../schemas/email.ts';
import { BRIEF_PARTS, type RawPlaybook } from '../schemas/playbook.ts';
import { BUILT_IN_SIGNALS } from '../signals.ts';
import type { Path } from '../source.ts';
import { buildCadence, buildSpan, DEFAULT_HOURS } from './cadence.ts';
import { buildPlace, buildSeason, type Regions } from './content.ts';
import { dictionary } from './dictionary.ts';

export interface CheckedFiles {
  readonly hash: string;
  readonly playbook: RawPlaybook;
  readonly cadences: readonly { readonly file: string; readonly data: RawCadence }[];
  readonly emails: readonly { readonly id: string; readonly data: RawEmail; readonly body: EmailWords['body'] }[];
  readonly translations: readonly Translation[];
  readonly conditions: ConditionBook;
}

interface Translation {
  readonly id: string;
  readonly language: string;
  readonly data: RawTranslation;
  readonly body: EmailWords['body'];
}

export function buildPlaybook({
  hash,
  playbook: raw,
  cadences,
  emails,
  translations,
  conditions,
}: CheckedFiles): Playbook {
  const at = (...path: Path) => conditions.at('playbook.yaml', path);
  const company = buildCompany(raw.company);
  const resume = raw.slas?.[MARKETING_SLA]?.resume;
  return {
    hash,
    company,
    ...(raw.agreed && { agreed: buildAgreed(raw.agreed) }),
    ...(raw.goals && { goals: buildGoals(raw.goals) }),
    consent: buildConsent(raw.consent),
    stages: raw.stages.map(({ id, when, deal, phase }, index) => ({
      id,
      ...(phase && { phase }),
      ...(deal && { deal }),
      ...(when !== undefined && { when: at('stages', index, 'when') }),
    })),
    ...(raw.onDealLost && { onDealLost: raw.onDealLost }),
    definitions: dictionary(Object.keys(raw.definitions ?? {}).map((name) => [name, at('definitions', name)])),
    signals: buildSignals(raw.signals),
    score: {
      engagement: {
        halfLife: raw.score?.engagement?.halfLife ?? 'P30D',
        max: raw.score?.engagement?.max ?? 100,
        ...(raw.score?.engagement?.account && { account: raw.score.engagement.account }),
      },
      fit: (raw.score?.fit ?? []).map(({ points }, index) => ({ when: at('score', 'fit', index, 'when'), points })),
    },
    routes: (raw.routes ?? []).map(({ id, handoff, again }, index) => ({
      id,
      when: at('routes', index, 'when'),
      handoff,
      ...(again && { againAfter: again.after }),
    })),
    handoffs: byId(raw.handoffs, buildHandoff),
    slas: buildSlas(raw.slas),
    ...(resume !== undefined && { resume: buildSpan(resume) }),
    pools: (raw.pools ?? []).map(
      ({ id, reps, maxOpen, manager }, index): Pool => ({
        id,
        when: at('pools', index, 'when'),
        reps,
        ...(maxOpen !== undefined && { maxOpen }),
        ...(manager !== undefined && { manager }),
      }),
    ),
    ...(raw.expiry && { expiry: buildExpiry(raw.expiry) }),
    ...(raw.caps && { caps: buildCaps(raw.caps) }),
    ...(raw.sending && { sending: buildSending(raw.sending) }),
    ...(raw.holdout && {
      holdout: {
        percent: raw.holdout.percent,
        goal: { when: at('holdout', 'goal', 'when'), within: raw.holdout.goal.within },
      },
    }),
    ...(raw.buyingGroup && { buyingGroup: buildGroup(raw.buyingGroup, at) }),
    ...(raw.replies && { replies: buildReplies(raw.replies) }),
    ...(raw.topics && {
      topics: dictionary(
        Object.entries(raw.topics).map(([topic, name]) => [
          topic,
          dictionary(typeof name === 'string' ? [['else', name] as const] : Object.entries(name)),
        ]),
      ),
    }),
    ...(raw.chat && { chat: raw.chat.map((rule, index) => buildChatRule(rule, () => at('chat', index, 'when'))) }),
    returns: byId(raw.returns, buildReturn),
    cadences: dictionary(
      cadences.map(({ file, data }) => [data.cadence, buildCadence(data, company, { file, conditions })]),
    ),
    emails: dictionary(
      emails.map(({ id, data, body }) => {
        const languages = translations.filter((other) => other.id === id);
        return [id, buildEmail(id, data, { body, languages, regions: raw.regions ?? {} })];
      }),
    ),
  };
}

function byId<R, T>(
  records: Readonly<Record<string, R>> | undefined,
  build: (id: string, raw: R) => T,
): Record<string, T> {
  return dictionary(Object.entries(records ?? {}).map(([id, raw]) => [id, build(id, raw)] as const));
}

function buildCompany({ workingHours, callWindow, tracking, language, ...company }: RawPlaybook['company']): Company {
  return {
    ...company,
    ...(language !== undefined && { language }),
    workingHours: {
      days: workingHours?.days ?? ['mon', 'tue', 'wed', 'thu', 'fri'],
      from: workingHours?.from ?? DEFAULT_HOURS.from,
      to: workingHours?.to ?? DEFAULT_HOURS.to,
      holidays: workingHours?.holidays ?? [],
    },
    tracking: { clicks: tracking?.clicks ?? true, trap: tracking?.trap ?? false },
    ...(callWindow && { callWindow: { ...callWindow, holidays: callWindow.holidays ?? [] } }),
  };
}

function buildAgreed({ review, report, ...who }: NonNullable<RawPlaybook['agreed']>): Agreed {
  return {
    ...who,
    ...(review !== undefined && { review }),
    ...(report && { report: buildReport(report) }),
  };
}

function buildReport(raw: NonNullable<NonNullable<RawPlaybook['agreed']>['report']>): ReportSchedule {
  const at = raw.at ?? '08:00';
  return raw.every === 'week'
    ? { every: raw.every, on: raw.on ?? 'mon', at }
    : { every: raw.every, on: raw.on ?? 1, at };
}

function buildGoals({ currency, month }: NonNullable<RawPlaybook['goals']>): Goals {
  const { mql, pipeline } = month.marketing ?? {};
  const { accepted, demos, won } = month.sales ?? {};
  return {
    ...(currency !== undefined && { currency }),
    marketing: { ...(mql !== undefined && { mql }), ...(pipeline !== undefined && { pipeline }) },
    sales: {
      ...(accepted !== undefined && { accepted }),
      ...(demos !== undefined && { demos }),
      ...(won !== undefined && { won }),
    },
  };
}

/** Who says nothing about consent mails nobody without it; mail of a service somebody uses needs none. */
function buildConsent(raw: RawPlaybook['consent']): Record<Purpose, ConsentRule> {
  const rule = (purpose: Purpose): ConsentRule => {
    const said = raw?.[purpose];
    if (said === undefined) return purpose === 'service' ? { kind: 'assume', basis: 'contract' } : { kind: 'require' };
    if (said === 'require') return { kind: 'require' };
    const { basis, for: span } = said.assume;
    return { kind: 'assume', basis, ...(span !== undefined && { for: span }) };
  };
  return { marketing: rule('marketing'), sales: rule('sales'), service: rule('service') };
}

function buildSignals(raw: RawPlaybook['signals']): Record<string, SignalRule> {
  const builtIn = BUILT_IN_SIGNALS.map((type): [string, SignalRule] => [type, { points: 0 }]);
  const own = Object.entries(raw ?? {}).map(([type, { points, maxPerDay }]): [string, SignalRule] => [
    type,
    { points, ...(maxPerDay !== undefined && { maxPerDay }) },
  ]);
  return dictionary([...builtIn, ...own]);
}

function buildHandoff(id: string, raw: NonNullable<RawPlaybook['handoffs']>[string]): Handoff {
  return {
    id,
    sla: raw.sla,
    pools: raw.pools,
    ...(raw.cadence !== undefined && { cadence: raw.cadence }),
    brief: raw.brief ?? BRIEF_PARTS,
  };
}

const RECYCLE_AT_DEADLINE = [{ at: 1, do: 'recycle' }] as const;

/** The SLAs of sales; `recycle` is marketing's. */
function buildSlas(raw: RawPlaybook['slas']): Record<string, Sla> {
  const slas = Object.entries(raw ?? {}).flatMap(([id, { accept, firstTouch, remind, onBreach }]): [string, Sla][] =>
    accept === undefined
      ? []
      : [
          [
            id,
            {
              id,
              accept: buildSpan(accept),
              ...(firstTouch !== undefined && { firstTouch: buildSpan(firstTouch) }),
              remind: remind ?? [],
              onBreach: onBreach ?? RECYCLE_AT_DEADLINE,
            },
          ],
        ],
  );
  return dictionary(slas);
}

function buildExpiry({ after, not, cadence, warn }: NonNullable<RawPlaybook['expiry']>): Expiry {
  const warning = cadence !== undefined && warn !== undefined ? { cadence, before: warn } : undefined;
  return { after, not: not ?? [], ...(warning && { warning }) };
}

function buildReplies({
  human,
  outOfOffice,
  positive,
  'not-now': notNow,
}: NonNullable<RawPlaybook['replies']>): Replies {
  return {
    ...(human !== undefined && { human: human === 'pause' ? {} : { for: human.pause } }),
    ...(outOfOffice && {
      outOfOffice: { returnDate: outOfOffice.until !== undefined, else: outOfOffice.else },
    }),
    ...(positive && { positive: positive.handoff }),
    ...(notNow && { notNow: notNow.return }),
  };
}

const buildCaps = ({ lead, account, count, onCap }: NonNullable<RawPlaybook['caps']>): Caps => ({
  ...(lead && { lead }),
  ...(account && { account }),
  count: count ?? ['email'],
  ...(onCap && { onCap }),
});

const buildSending = ({ quietHours, holidays, warmUp }: NonNullable<RawPlaybook['sending']>): Sending => ({
  ...(quietHours && { quietHours }),
  ...(holidays && { holidays: dictionary(Object.entries(holidays)) }),
  ...(warmUp && {
    warmUp: dictionary(
      Object.entries(warmUp).map(([domain, { perReceiver, ...rule }]) => [
        domain,
        { ...rule, ...(perReceiver && { perReceiver }) },
      ]),
    ),
  }),
});

const FIND_ROLE = 'Find the {{ role }} at {{ lead.company | default: lead.domain }}';

function buildGroup(
  { roles, need, map, onReply, onMissing }: NonNullable<RawPlaybook['buyingGroup']>,
  at: (...path: Path) => Condition,
): BuyingGroup {
  return {
    roles,
    need: dictionary(Object.entries(need ?? {})),
    map: (map ?? []).map(({ role }, index) => ({ when: at('buyingGroup', 'map', index, 'when'), role })),
    ...(onReply && { pauseColleagues: onReply.pauseColleagues }),
    ...(onMissing && {
      onMissing: {
        task: onMissing.task,
        title: onMissing.title ?? FIND_ROLE,
        ...(onMissing.body !== undefined && { body: onMissing.body }),
        due: buildSpan(onMissing.due ?? { working: 'P5D' }),
        again: onMissing.again ?? 'P90D',
      },
    }),
  };
}

/** How long a chat rings at one rep. */
const RINGS = 'PT1M';

function buildChatRule(raw: NonNullable<RawPlaybook['chat']>[number], when: () => Condition): ChatRule {
  const answer = raw.answer ?? RINGS;
  if (raw.else !== undefined) return { to: { kind: 'form' }, answer };
  const to =
    raw.handoff === undefined ? { kind: 'custodian' as const } : { kind: 'handoff' as const, handoff: raw.handoff };
  return { when: when(), to, answer };
}

function buildReturn(id: string, raw: NonNullable<RawPlaybook['returns']>[string]): ReturnRule {
  const { after } = raw;
  return {
    id,
    ...(raw.recycle !== undefined && { recycle: raw.recycle }),
    ...(after !== undefined && {
      after: typeof after === 'string' ? { ask: false, else: after } : { ask: true, else: after.else },
    }),
    facts: raw.facts ?? [],
    ...(raw.engagement && { engagement: raw.engagement }),
    ...(raw.minAttempts !== undefined && { minAttempts: raw.minAttempts }),
    disqualify: raw.disqualify === true,
  };
}

function buildWords(raw: Pick<RawEmail, 'subject' | 'preheader'>, body: EmailWords['body']): EmailWords {
  return { subject: raw.subject, ...(raw.preheader !== undefined && { preheader: raw.preheader }), body };
}

/** Whoever asks for a look does not mean "or else send it". */
function buildReview(raw: NonNullable<RawEmail['review']>): EmailReview {
  const { due, else: otherwise = 'skip' } = raw === 'rep' ? {} : raw;
  return { due: buildSpan(due ?? { working: 'P1D' }), else: otherwise };
}

function buildEmail(
  id: string,
  raw: RawEmail,
  { body, languages, regions }: { body: EmailWords['body']; languages: readonly Translation[]; regions: Regions },
): EmailTemplate {
  return {
    id,
    ...buildWords(raw, body),
    ...(languages.length > 0 && {
      languages: dictionary(languages.map(({ language, data, body }) => [language, buildWords(data, body)])),
    }),
    ...(raw.topic !== undefined && { topic: raw.topic }),
    phase: raw.phase,
    ...(raw.roles && { roles: raw.roles }),
    ...(raw.stages && { stages: raw.stages }),
    ...(raw.places && { places: raw.places.map((name) => buildPlace(name, regions)) }),
    ...(raw.times && { times: raw.times.map(buildSeason) }),
    repeat: raw.repeat === undefined || raw.repeat === 'never' ? 'never' : { after: raw.repeat },
    ...(raw.from && { from: raw.from }),
    ...(raw.thread && { thread: raw.thread }),
    ...(raw.review && { review: buildReview(raw.review) }),
  };
}
