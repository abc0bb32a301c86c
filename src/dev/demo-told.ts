/**
 * What other systems tell of the example people: the site and tools their signals, the CRM its deals, the chat
 * tool its chats. What they do is posted ahead, dated by the virtual clock, so that the speed of this machine
 * does not change the story.
 */
import { z } from 'zod';
import type { ApiClient } from '../cli/client.ts';
import type { Clock } from '../clock.ts';
import type { Actors, Sale, SignalAct } from '../core/actors.ts';
import { CHAT_PAGE } from '../core/simulated-chats.ts';
import { iso } from '../core/time.ts';
import type { Life } from './demo-life.ts';

const SIGNALS_A_CALL = 500;
const rejectedSchema = z.looseObject({ rejected: z.array(z.unknown()) });
const chatSchema = z.looseObject({ id: z.string(), state: z.string(), rep: z.string().optional() });

export interface Told {
  signals(acts: readonly (readonly [leadId: string, act: SignalAct])[]): Promise<void>;
  /** Each stage of a deal, dated when it will happen. */
  sale(leadId: string, id: string, sale: Sale, owner?: string): Promise<void>;
  /** Asks who takes a chat, rings there, and tells what became of it. */
  chat(leadId: string, lead: string): Promise<void>;
}

export interface ToldOptions {
  readonly integration: ApiClient;
  readonly apiOf: (rep: string) => ApiClient;
  readonly actors: Actors;
  readonly clock: Clock;
  readonly life: Life;
}

export function createTold({ integration, apiOf, actors, clock, life }: ToldOptions): Told {
  const signalOf = (leadId: string, act: SignalAct): object => ({
    id: `demo-${leadId}-${life.nth('signal', leadId)}`,
    lead: { id: leadId },
    type: act.type,
    at: iso(act.at),
    ...(act.type === 'email.clicked' && act.step !== undefined
      ? { data: { cadence: act.cadence, step: act.step } }
      : {}),
    ...(act.type.startsWith('meeting.') ? { data: { at: iso(act.meetingAt ?? act.at) } } : {}),
    ...(act.reply === undefined ? {} : { data: replyData(act) }),
  });

  return {
    async signals(acts) {
      const all = acts.map(([leadId, act]) => signalOf(leadId, act));
      for (let from = 0; from < all.length; from += SIGNALS_A_CALL) {
        const json = { signals: all.slice(from, from + SIGNALS_A_CALL) };
        const { rejected } = await integration.ask('/v1/signals', rejectedSchema, { method: 'POST', json });
        if (rejected.length > 0) life.problem(`signals: ${rejected.length} rejected`);
      }
    },
    async sale(leadId, id, sale, owner) {
      const deal = { id, leads: [{ id: leadId }], currency: 'EUR', ...(owner === undefined ? {} : { owner }) };
      for (const { at, renewsAt, ...words } of sale.stages) {
        const renews = renewsAt === undefined ? {} : { renewsAt: iso(renewsAt) };
        const json = { ...deal, ...words, ...renews, amount: sale.amountCents / 100, at: iso(at) };
        await integration.ask('/v1/deals', z.unknown(), { method: 'POST', json });
      }
    },
    async chat(leadId, lead) {
      const number = life.nth('chat', lead);
      const json = { id: `demo-${leadId}-${number}`, lead: { id: leadId }, page: CHAT_PAGE };
      let seen = await integration.ask('/v1/chats', chatSchema, { method: 'POST', json });
      // Who has a chat open gets that one.
      const { id } = seen;
      for (let hand = 0; seen.state === 'ringing' && seen.rep !== undefined; hand++) {
        const api = apiOf(seen.rep);
        const talk = actors.chat(lead, { nth: number, hand });
        const verb = talk ? 'accept' : 'unanswered';
        seen = await api.ask(`/v1/chats/${id}/${verb}`, chatSchema, { method: 'POST', json: {} });
        if (!talk) continue;
        const outcome = talk.outcome === undefined ? {} : { outcome: talk.outcome };
        life.later(clock.now() + talk.lastsMs, 'chat', async () => {
          await api.ask(`/v1/chats/${id}/end`, z.unknown(), { method: 'POST', json: outcome });
        });
        return;
      }
    },
  };
}

const replyData = ({ reply, until, cadence, step }: SignalAct): object => ({
  class: reply,
  ...(until === undefined ? {} : { until: iso(until) }),
  ...(cadence === undefined || step === undefined ? {} : { cadence, step }),
});
