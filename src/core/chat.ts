/**
 * Who takes a live chat now: the playbook's rules in order, the first that holds and finds somebody.
 * A rep takes one who is there (active, not away; a cover sits in), at work by the own calendar,
 * speaks the language, and has fewer chats than `maxChats`. Of those the one with the fewest chats,
 * then whose turn it is. The last rule of a checked playbook is the form, so that no chat is left.
 */

import { addDuration, isWorking } from './calendar.ts';
import { reachBy } from './channels.ts';
import type { Facts, Rep, Routing } from './facts.ts';
import type { ChatRule, Handoff, Playbook, Pool } from './playbook.ts';
import { SAME_ACCOUNT } from './playbook.ts';
import { awayAt, byTurn, presentFor, repOf } from './pools.ts';
import type { ChatScope, Scope } from './scope.ts';
import { initialState, type LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { calendarOf, viewOfChat } from './view.ts';

/** What the lead did, as a signal. */
export const CHAT_SIGNAL = 'chat.started';

/** Chats a rep has at once who says nothing about it. */
export const MAX_CHATS = 3;

/** A lead as far as anybody knows: of a visitor nothing. */
export interface ChatLead {
  readonly state: LeadState;
  readonly facts: Facts;
}

export interface ChatQuestion {
  readonly playbook: Playbook;
  readonly routing: Routing;
  readonly at: Instant;
  /** Absent: a visitor nobody knows, for whom only rules that ask nothing of the lead hold. */
  readonly lead?: ChatLead;
  /** ISO 639 code; '' when nobody knows: any rep will do. */
  readonly language: string;
  readonly page: string;
  /** Chats each rep has now. */
  readonly chats: Readonly<Record<string, number>>;
  /** Reps who let it ring, or would not. */
  readonly passed: ReadonlySet<string>;
}

/** Why a rep does not take it. */
export type NotFree = 'passed' | 'not-active' | 'away' | 'off-hours' | 'language' | 'busy' | 'full';

/** What a rule said, for people who ask why. */
export interface ChatReason {
  /** From 1. */
  readonly rule: number;
  readonly when: string;
  readonly code: 'suppressed' | 'not-met' | 'unknown-visitor' | 'no-custodian' | 'nobody-free' | 'rep' | 'form';
  readonly reps: readonly { readonly rep: string; readonly code: NotFree }[];
}

export type ChatRoute = { readonly because: readonly ChatReason[] } & (
  | {
      readonly to: 'rep';
      readonly rep: Rep;
      readonly rule: number;
      /** The handoff by which a lead that sales does not have is offered with it. */
      readonly handoff?: string;
      readonly pool?: string;
      readonly answerBy: Instant;
    }
  | { readonly to: 'form'; readonly rule?: number }
);

/** `de-AT` is `de`; a text that is no language tag is none. */
export const languageOf = (tag: string): string =>
  /^([a-z]{2,3})(?:[-_]|$)/i.exec(tag.trim())?.[1]?.toLowerCase() ?? '';

/** Who takes the chat; pure, and never fails: without a rule, or anybody, it is the form. */
export function routeChat(question: ChatQuestion): ChatRoute {
  const because: ChatReason[] = [];
  // What a rep says to somebody is the sale's, whoever it is for.
  if (question.lead && reachBy('chat', 'sales', question.lead.facts, question.at).kind !== 'yes') {
    return { to: 'form', because: [{ rule: 1, when: 'may be chatted with', code: 'suppressed', reps: [] }] };
  }
  const scope = scopeOf(question);
  for (const [index, rule] of (question.playbook.chat ?? []).entries()) {
    const found = ask(rule, question, scope);
    const reason = { rule: index + 1, when: rule.when?.source ?? 'else', code: found.code, reps: found.reps };
    because.push(reason);
    if (found.code === 'form') return { to: 'form', rule: reason.rule, because };
    if (!found.rep) continue;
    const answerBy = addDuration(question.at, rule.answer, question.playbook.company.timeZone);
    const { rep, handoff, pool } = found;
    const way = { ...(handoff === undefined ? {} : { handoff }), ...(pool === undefined ? {} : { pool }) };
    return { to: 'rep', rep, rule: reason.rule, ...way, answerBy, because };
  }
  return { to: 'form', because };
}

interface Found {
  readonly code: ChatReason['code'];
  readonly reps: { rep: string; code: NotFree }[];
  readonly rep?: Rep;
  readonly handoff?: string;
  readonly pool?: string;
}

function ask(rule: ChatRule, question: ChatQuestion, scope: Scope): Found {
  const { lead, playbook } = question;
  if (rule.when && lead === undefined && rule.when.aboutLead !== false) return { code: 'unknown-visitor', reps: [] };
  if (rule.when && !rule.when.test(scope)) return { code: 'not-met', reps: [] };
  if (rule.to.kind === 'form') return { code: 'form', reps: [] };
  if (rule.to.kind === 'custodian') return custodianOf(question);
  const handoff = playbook.handoffs[rule.to.handoff];
  return handoff ? inPools(handoff, question, scope) : { code: 'nobody-free', reps: [] };
}

function scopeOf({ playbook, lead, at, language, page, chats }: ChatQuestion): Scope {
  const open = Object.values(chats).reduce((sum, n) => sum + n, 0);
  const chat: ChatScope = { language, page, open };
  const { state, facts } = lead ?? nobody(playbook, at);
  return viewOfChat(state, facts, playbook, at, chat);
}

const nobody = (playbook: Playbook, at: Instant): ChatLead => ({
  state: initialState(playbook.stages[0]?.id ?? '', at),
  facts: {
    leadId: '',
    key: '',
    createdAt: at,
    lead: UNKNOWN,
    consents: [],
    suppressions: [],
    pauses: [],
    account: null,
  },
});
const UNKNOWN: Facts['lead'] = {
  ...{ email: '', firstName: '', lastName: '', company: '', domain: '', role: '', title: '', country: '' },
  ...{ timeZone: '', locale: '', phone: '', source: '', campaign: '', freemail: false, attributes: {} },
};

/** The rep who has the lead, or who sits in for that one. */
function custodianOf(question: ChatQuestion): Found {
  const { who, rep: has } = question.lead?.state.custody ?? {};
  if (who !== 'sales' || has === undefined) return { code: 'no-custodian', reps: [] };
  const { rep, code } = sittingIn(has, question);
  if (rep === undefined) return { code: 'nobody-free', reps: [{ rep: has, code }] };
  const no = notFree(rep, question);
  return no ? { code: 'nobody-free', reps: [{ rep: rep.id, code: no }] } : { code: 'rep', reps: [], rep };
}

function sittingIn(id: string, question: ChatQuestion): { rep?: Rep; code: NotFree } {
  const rep = presentFor(id, question);
  if (rep) return { rep, code: 'away' };
  const own = repOf(id, question.routing, question.playbook);
  return { code: !own.active ? 'not-active' : awayAt(own, question.at) ? 'away' : 'not-active' };
}

/** The handoff's pools in order; who knows the lead's account goes before them when the playbook says so. */
function inPools(handoff: Handoff, question: ChatQuestion, scope: Scope): Found {
  const { playbook, routing, lead } = question;
  const pools = handoff.pools.flatMap(
    (id) => playbook.pools.find((pool) => pool.id === id && takes(pool, scope, lead !== undefined)) ?? [],
  );
  const reps: Found['reps'] = [];
  const refused = (id: string, code: NotFree): void => {
    if (!reps.some(({ rep }) => rep === id)) reps.push({ rep: id, code });
  };
  // A lead that sales has stays with its rep: whoever chats only sits in, and no lead is added.
  const offers = lead !== undefined && lead.state.custody.who !== 'sales';
  const free = (pool: Pool): Rep[] =>
    pool.reps.flatMap((id) => {
      const { rep, code } = sittingIn(id, question);
      const full =
        offers && rep !== undefined && (routing.open[rep.id] ?? 0) >= (pool.maxOpen ?? Number.POSITIVE_INFINITY);
      const no = rep === undefined ? code : (notFree(rep, question) ?? (full ? 'full' : undefined));
      if (rep !== undefined && no === undefined) return [rep];
      refused(rep?.id ?? id, no ?? code);
      return [];
    });
  const byPool = pools.map((pool) => ({ pool, reps: free(pool) }));
  const known = handoff.pools.includes(SAME_ACCOUNT) ? (routing.sameAccount ?? []) : [];
  for (const id of known) {
    const at = byPool.find((one) => one.reps.some((rep) => rep.id === id));
    const rep = at?.reps.find((one) => one.id === id);
    if (at && rep) return { code: 'rep', reps, rep, pool: at.pool.id, handoff: handoff.id };
  }
  for (const { pool, reps: able } of byPool) {
    const chats = ({ id }: Rep): number => question.chats[id] ?? 0;
    const [rep] = byTurn(pool, able, routing).sort((a, b) => chats(a) - chats(b));
    if (rep) return { code: 'rep', reps, rep, pool: pool.id, handoff: handoff.id };
  }
  return { code: 'nobody-free', reps };
}

const takes = (pool: Pool, scope: Scope, known: boolean): boolean =>
  (known || pool.when.aboutLead === false) && pool.when.test(scope);

function notFree(rep: Rep, { passed, playbook, at, language, chats }: ChatQuestion): NotFree | undefined {
  if (passed.has(rep.id)) return 'passed';
  if (!isWorking(calendarOf(playbook, rep), at)) return 'off-hours';
  if (language !== '' && rep.languages !== undefined && rep.languages.length > 0 && !rep.languages.includes(language)) {
    return 'language';
  }
  return (chats[rep.id] ?? 0) >= (rep.maxChats ?? MAX_CHATS) ? 'busy' : undefined;
}

/** Who was passed over, in words for the journal; undefined when nobody was. */
export function skippedOf(because: readonly ChatReason[]): string | undefined {
  const reps = because.flatMap((one) => one.reps.map(({ rep, code }) => `${rep} (${WORDS[code]})`));
  return reps.length === 0 ? undefined : [...new Set(reps)].join(', ');
}

const WORDS: Readonly<Record<ChatReason['reps'][number]['code'], string>> = {
  passed: 'did not take it',
  'not-active': 'not active',
  away: 'away',
  'off-hours': 'not at work',
  language: 'another language',
  busy: 'in other chats',
  full: 'has as many leads as agreed',
};
