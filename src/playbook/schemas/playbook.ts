/** The schema of `playbook.yaml`: the shape only. What refers to what is checked in `../checks`. */
import { z } from 'zod';
import { GROUP_MAX } from '../../core/account.ts';
import { PHASES } from '../../core/content.ts';
import { chat } from './chat.ts';
import {
  amount,
  condition,
  country,
  currency,
  definitionName,
  domain,
  duration,
  emailAddress,
  id,
  languageTag,
  listOf,
  mapOf,
  object,
  oneOf,
  place,
  signalType,
  template,
  text,
  time,
  wholeNumber,
  zone,
} from './scalars.ts';
import { sending } from './sending.ts';
import { holdout, span, WEEKDAYS, workingHours } from './shared.ts';

const TRACKING_EXPECTED = 'what is followed in marketing mail: { clicks: true, trap: false }';
const yesOrNo = z.boolean({ error: 'true or false' });

const company = object(
  {
    name: text('the name of the company', 200),
    postalAddress: text('the postal address of the company, which commercial mail must carry by law', 500),
    timeZone: zone,
    country,
    language: languageTag.optional(),
    from: object(
      {
        marketing: template('who mail of marketing is from, such as "Northwind <news@northwind.example>"'),
        sales: template('who mail of sales is from, such as "{{ rep.name }} <{{ rep.email }}>"'),
      },
      'who mail is from: { marketing: …, sales: … }',
    ),
    replyDomain: domain,
    workingHours: workingHours.optional(),
    callWindow: workingHours.optional(),
    tracking: object({ clicks: yesOrNo.optional(), trap: yesOrNo.optional() }, TRACKING_EXPECTED).optional(),
  },
  'the company: { name, postalAddress, timeZone, country, language, from, replyDomain, workingHours, callWindow, tracking }',
);

const CONSENT_EXPECTED = '"require", or { assume: { basis: legitimate-interest, for: P365D } }';
const consentRule = z.union(
  [
    z.literal('require', { error: CONSENT_EXPECTED }),
    object({ assume: object({ basis: id, for: duration.optional() }, CONSENT_EXPECTED) }, CONSENT_EXPECTED),
  ],
  { error: CONSENT_EXPECTED },
);
const consent = object(
  { marketing: consentRule.optional(), sales: consentRule.optional(), service: consentRule.optional() },
  'consent for each purpose: { marketing, sales, service }',
);

const stage = object(
  {
    id,
    when: condition.optional(),
    deal: listOf(id, 'a list of stages of a deal, such as [proposal]', 1).optional(),
    phase: oneOf(PHASES).optional(),
  },
  'a stage, such as { id: evaluating, when: "…" }',
);

const signal = object(
  {
    points: amount('points for the engagement score, between -1000 and 1000', -1_000, 1_000),
    maxPerDay: amount('the most points of this signal that count on one day, above zero', 1, 100_000).optional(),
  },
  'what a signal is worth, such as { points: 15, maxPerDay: 30 }',
);

const score = object(
  {
    engagement: object(
      {
        halfLife: duration.optional(),
        max: amount('the highest engagement score, between 1 and 1000', 1, 1_000).optional(),
        account: amount('the share of what colleagues have earned that counts, between 0 and 1', 0, 1).optional(),
      },
      'engagement, such as { halfLife: P30D, max: 100 }',
    ).optional(),
    fit: listOf(
      object(
        { when: condition, points: amount('points for the fit score, between -1000 and 1000', -1_000, 1_000) },
        'a rule, such as { when: "lead.role == \'it\'", points: 30 }',
      ),
      'a list of rules, each { when, points }',
    ).optional(),
  },
  'the score: { engagement, fit }',
);

const route = object(
  {
    id,
    when: condition,
    handoff: id,
    again: object({ after: duration }, 'when it may fire again, such as { after: P7D }').optional(),
  },
  'a route, such as { id: ready, when: "mql", handoff: warm }',
);

export const BRIEF_PARTS = ['why', 'asked', 'seen'] as const;
const handoff = object(
  {
    sla: id,
    pools: listOf(id, 'a list of pools, such as [emea, rest]', 1),
    cadence: id.optional(),
    brief: listOf(oneOf(BRIEF_PARTS), 'a list of "why", "asked", "seen"').optional(),
  },
  'a handoff, such as { sla: hot, pools: [emea, rest] }',
);

const RUNGS = ['reassign', 'manager', 'recycle'] as const;
/** Which of these keys an SLA has depends on its name: `recycle` is marketing's own (`../checks/slas.ts`). */
const sla = object(
  {
    accept: span.optional(),
    firstTouch: span.optional(),
    remind: listOf(
      amount('when, as a fraction of the time to accept, such as 0.5', 0.01, 10),
      'a list of fractions, such as [0.5, 0.8]',
    ).optional(),
    onBreach: listOf(
      object(
        { at: amount('when, in units of the SLA, between 0.1 and 100', 0.1, 100), do: oneOf(RUNGS) },
        'what a breach does, such as { at: 2, do: recycle }',
      ),
      'a list of what follows, such as [ { at: 1, do: reassign }, { at: 2, do: recycle } ]',
      1,
    ).optional(),
    resume: span.optional(),
  },
  'an SLA, such as { accept: { working: PT2H } }',
);

const pool = object(
  {
    id,
    when: condition,
    reps: listOf(emailAddress, 'a list of reps by their email address', 1),
    method: oneOf(['round-robin']).optional(),
    maxOpen: wholeNumber('how many leads a rep may have at once, a whole number from 1', 1, 100_000).optional(),
    manager: emailAddress.optional(),
  },
  'a pool, such as { id: rest, when: "true", reps: [rep-2@northwind.example] }',
);

const AFTER_EXPECTED = 'how long to pause first: a duration such as P30D, or { ask: date, else: P30D }';
const returnRule = object(
  {
    recycle: id.optional(),
    after: z
      .union([duration, object({ ask: z.literal('date', { error: '"date"' }), else: duration }, AFTER_EXPECTED)], {
        error: AFTER_EXPECTED,
      })
      .optional(),
    facts: listOf(
      text('the name of a fact, such as "timing"', 60).regex(
        /^[A-Za-z][A-Za-z0-9_-]*$/,
        'the name of a fact, such as "timing"',
      ),
      'a list of facts a rep must give, such as [timing, objection]',
    ).optional(),
    engagement: z.literal('halve', { error: '"halve"' }).optional(),
    minAttempts: wholeNumber('how many tasks must have been closed first, a whole number from 1', 1, 1_000).optional(),
    disqualify: z.literal(true, { error: 'true, or no such key' }).optional(),
  },
  'a return, such as { recycle: keep-warm, after: P30D }',
);

const expiry = object(
  {
    from: z.literal('last-human-signal', { error: '"last-human-signal"' }).optional(),
    after: duration,
    not: listOf(id, 'a list of whose leads never expire: stages, and "open-deal"').optional(),
    cadence: id.optional(),
    warn: duration.optional(),
    revive: z.literal('on-signal', { error: '"on-signal"' }).optional(),
  },
  'when a silent lead expires, such as { after: P180D, cadence: last-call, warn: P14D }',
);

const HUMAN_EXPECTED = '"pause", or { pause: P14D }';
const replies = object(
  {
    human: z
      .union([z.literal('pause', { error: HUMAN_EXPECTED }), object({ pause: duration }, HUMAN_EXPECTED)], {
        error: HUMAN_EXPECTED,
      })
      .optional(),
    outOfOffice: object(
      { until: z.literal('return-date', { error: '"return-date"' }).optional(), else: duration },
      'how long to pause, such as { until: return-date, else: P7D }',
    ).optional(),
    positive: object({ handoff: id }, 'a handoff, such as { handoff: hot }').optional(),
    'not-now': object({ return: id }, 'a return, such as { return: not-ready }').optional(),
  },
  'what replies do, such as { human: pause, outOfOffice: { until: return-date, else: P7D } }',
);

const cap = object(
  { touches: wholeNumber('how many touches, a whole number between 1 and 100', 1, 100), per: duration },
  'a cap, such as { touches: 3, per: P7D }',
);
const caps = object(
  {
    lead: cap.optional(),
    account: cap.optional(),
    count: listOf(oneOf(['email', 'task']), 'a list of "email", "task"', 1).optional(),
    onCap: oneOf(['defer', 'skip']).optional(),
  },
  'caps, such as { lead: { touches: 3, per: P7D }, account: { touches: 5, per: P7D } }',
);

const ROLE = 'a role, such as decision-maker';
const buyingGroup = object(
  {
    roles: listOf(id, 'a list of roles, such as [decision-maker, champion]', 1),
    need: mapOf(
      id,
      wholeNumber('how many of this role a sale needs, a whole number from 1 to 50', 1, GROUP_MAX),
      'how many of each role a sale needs, such as { decision-maker: 1 }',
    ).optional(),
    map: listOf(
      object(
        { when: condition, role: text(ROLE, 60) },
        'a rule, such as { when: "lead.title.contains(\'CFO\')", role: decision-maker }',
      ),
      'a list of rules, each { when, role }',
    ).optional(),
    onReply: object(
      { pauseColleagues: duration },
      'what a reply means for colleagues, such as { pauseColleagues: P7D }',
    ).optional(),
    onMissing: object(
      {
        task: id,
        title: template('the title of the task, such as "Find the {{ role }} at {{ lead.company }}"').optional(),
        body: template('what the rep is to do', 2_000).optional(),
        due: span.optional(),
        again: duration.optional(),
      },
      'what follows when a needed role is missing, such as { task: find-role }',
    ).optional(),
  },
  'a buying group, such as { roles: [decision-maker, champion], need: { champion: 1 } }',
);

const REPORT_EXPECTED = '{ every: week, on: mon, at: "08:00" } or { every: month, on: 1, at: "08:00" }';
const agreed = object(
  {
    marketing: emailAddress,
    sales: emailAddress,
    review: duration.optional(),
    report: z
      .union(
        [
          object(
            {
              every: z.literal('week', { error: '"week" or "month"' }),
              on: oneOf(WEEKDAYS).optional(),
              at: time.optional(),
            },
            REPORT_EXPECTED,
          ),
          object(
            {
              every: z.literal('month', { error: '"week" or "month"' }),
              on: wholeNumber('a day of the month, 1 to 28', 1, 28).optional(),
              at: time.optional(),
            },
            REPORT_EXPECTED,
          ),
        ],
        { error: REPORT_EXPECTED },
      )
      .optional(),
  },
  'who agreed on this: { marketing, sales, review, report }',
);

const TOPIC_EXPECTED = 'what leads read for the topic, such as "Customer stories" or { en: Stories, de: Geschichten }';
const topicName = text(TOPIC_EXPECTED, 80);
const topic = z.union(
  [
    topicName,
    mapOf(z.string().regex(/^[a-z]{2}$/, 'a language as two letters, such as "de"'), topicName, TOPIC_EXPECTED),
  ],
  { error: TOPIC_EXPECTED },
);

const GOAL_EXPECTED = 'a goal for a month: a number above zero';
const goal = amount(GOAL_EXPECTED, 0.01, 1_000_000_000_000);
const goals = object(
  {
    currency: currency.optional(),
    month: object(
      {
        marketing: object({ mql: goal.optional(), pipeline: goal.optional() }, '{ mql, pipeline }').optional(),
        sales: object(
          { accepted: goal.optional(), demos: goal.optional(), won: goal.optional() },
          '{ accepted, demos, won }',
        ).optional(),
      },
      'the goals of both teams for a month: { marketing, sales }',
    ),
  },
  'goals, such as { currency: EUR, month: { marketing: { mql: 200 }, sales: { won: 12 } } }',
);

export const playbookSchema = object(
  {
    company,
    agreed: agreed.optional(),
    consent: consent.optional(),
    stages: listOf(stage, 'a list of stages, the first of them initial', 1),
    onDealLost: object(
      { stage: id, return: id },
      'what follows a lost deal, such as { stage: evaluating, return: lost }',
    ).optional(),
    definitions: mapOf(definitionName, condition, 'a map from names to conditions').optional(),
    signals: mapOf(signalType, signal, 'a map from signal types to what they are worth').optional(),
    score: score.optional(),
    routes: listOf(route, 'a list of routes').optional(),
    handoffs: mapOf(id, handoff, 'a map of handoffs by id').optional(),
    slas: mapOf(id, sla, 'a map of SLAs by id').optional(),
    pools: listOf(pool, 'a list of pools').optional(),
    expiry: expiry.optional(),
    caps: caps.optional(),
    sending: sending.optional(),
    holdout: holdout.optional(),
    buyingGroup: buyingGroup.optional(),
    replies: replies.optional(),
    chat: chat.optional(),
    regions: mapOf(
      id,
      listOf(place, 'a list of places, such as [DE, AT, CH]', 1),
      'a map from regions to places',
    ).optional(),
    topics: mapOf(id, topic, 'a map from topics of emails to what leads read for them').optional(),
    returns: mapOf(id, returnRule, 'a map of returns by reason').optional(),
    goals: goals.optional(),
  },
  'a map that begins with "company:"',
).meta({ title: 'Volley playbook.yaml' });

export type RawPlaybook = z.output<typeof playbookSchema>;
