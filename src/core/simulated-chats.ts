/** A chat of a simulation: routed by the same rules as a real one, and played to its end when it begins. */
import type { Actors } from './actors.ts';
import { type ChatLead, type ChatReason, languageOf, routeChat, skippedOf } from './chat.ts';
import type { Rep, Routing } from './facts.ts';
import type { InputBody } from './input.ts';
import type { Playbook } from './playbook.ts';
import type { Instant } from './time.ts';

/** A rep's place, taken from one instant to another. */
export interface Talk {
  readonly rep: string;
  readonly from: Instant;
  readonly until: Instant;
}

export interface ChatWorld {
  readonly playbook: Playbook;
  readonly actors: Pick<Actors, 'chat'>;
  readonly reps: Readonly<Record<string, Rep>>;
  readonly talks: Talk[];
}

/** Where those who chat are, in a simulation and in the demo. */
export const CHAT_PAGE = '/pricing';
/** How long a rep looks at it before taking it, ms. */
const LOOK_MS = 10_000;
/** A visitor does not wait for more reps than that. */
const MOST_HANDS = 20;

/** What the lead hears of its chat, in the order of time. */
export function playChat(
  world: ChatWorld,
  { key, nth, at, lead, routing }: { key: string; nth: number; at: Instant; lead: ChatLead; routing: Routing },
): { readonly at: Instant; readonly body: InputBody }[] {
  const { playbook, actors, talks } = world;
  const chat = `chat-${key}-${nth}`;
  const told: { at: Instant; body: InputBody }[] = [];
  const passed = new Set<string>();
  let now = at;
  let from: string | undefined;
  for (let hand = 0; hand < MOST_HANDS; hand++) {
    const language = languageOf(lead.facts.lead.locale);
    const question = { playbook, routing, at: now, lead, language, page: CHAT_PAGE, chats: busyAt(talks, now), passed };
    const route = routeChat(question);
    const to = route.to === 'form' ? {} : { rep: route.rep.id, acceptBy: route.answerBy, ...poolOf(route.pool) };
    if (from !== undefined) told.push({ at: now, body: { kind: 'chat.passed', chat, from, ...to, by: 'clock' } });
    else told.push({ at: now, body: { ...started(chat, route), ...to } });
    if (route.to === 'form') return told;
    const talk = actors.chat(key, { nth, hand });
    if (talk) {
      const rep = route.rep.id;
      const until = now + LOOK_MS + talk.lastsMs;
      told.push({ at: now + LOOK_MS, body: { kind: 'chat.accepted', chat, rep, by: rep } });
      const outcome = talk.outcome === undefined ? {} : { outcome: talk.outcome };
      told.push({ at: until, body: { kind: 'chat.ended', chat, ...outcome, forgotten: false, by: rep } });
      talks.push({ rep, from: now, until });
      return told;
    }
    from = route.rep.id;
    passed.add(from);
    now = route.answerBy;
  }
  return told;
}

const poolOf = (pool: string | undefined): { pool?: string } => (pool === undefined ? {} : { pool });

function started(
  chat: string,
  route: { to: 'rep' | 'form'; rule?: number; handoff?: string; because: readonly ChatReason[] },
): Extract<InputBody, { kind: 'chat.started' }> {
  const skipped = skippedOf(route.because);
  return {
    kind: 'chat.started',
    ...{ chat, page: CHAT_PAGE, to: route.to, by: 'lead' },
    ...(route.rule === undefined ? {} : { rule: route.rule }),
    ...(route.handoff === undefined ? {} : { handoff: route.handoff }),
    ...(skipped === undefined ? {} : { skipped }),
  };
}

/** Chats each rep has at `at`; those over are forgotten. */
function busyAt(talks: Talk[], at: Instant): Record<string, number> {
  const busy: Record<string, number> = {};
  const over = talks.filter(({ until }) => until <= at);
  for (const talk of over) talks.splice(talks.indexOf(talk), 1);
  for (const { rep, from } of talks) if (from <= at) busy[rep] = (busy[rep] ?? 0) + 1;
  return busy;
}
