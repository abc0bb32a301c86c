/** What example leads do with the mail they get: by the links and addresses that the message itself has. */
import { z } from 'zod';
import type { Actors, SignalAct } from '../core/actors.ts';
import { CHAT_SIGNAL } from '../core/chat.ts';
import type { Playbook } from '../core/playbook.ts';
import type { Db } from '../store/db.ts';
import { type Clicks, isFiltered } from './demo-clicks.ts';
import type { Life } from './demo-life.ts';
import { isMailed, replyTo } from './demo-mail.ts';
import { choose } from './demo-preferences.ts';
import type { Told } from './demo-told.ts';
import type { Mailbox, MailboxMessage } from './mailbox/mailbox.ts';

export interface Known {
  /** What everything about the lead is drawn by. */
  readonly key: string;
  readonly zone: string;
  readonly domain: string;
}

export interface ReadersOptions {
  readonly url: string;
  /** The key of who hands mail on that comes in. */
  readonly inboundKey: string;
  readonly db: Db;
  readonly mailbox: Mailbox;
  readonly playbook: Playbook;
  readonly actors: Actors;
  readonly life: Life;
  readonly told: Told;
  readonly clicks: Clicks;
  readonly known: (leadId: string) => Known | undefined;
}

const inboundSchema = z.looseObject({ class: z.string(), lead: z.looseObject({ id: z.string() }).optional() });

/** @returns reads mail that came in a moment: who got what is in the ledger, by the tag */
export function createReaders(options: ReadersOptions): (mail: readonly MailboxMessage[]) => Promise<void> {
  const { url, db, mailbox, playbook, actors, life, told, clicks, known } = options;

  /** By mail, as whoever receives mail for the reply domain hands it on; dated when it will be written. */
  async function answerMail(message: MailboxMessage, act: SignalAct, leadId: string): Promise<void> {
    const original = await mailbox.raw(message.id);
    if (original === null) return;
    const response = await fetch(`${url}/hooks/inbound`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.inboundKey}`, 'content-type': 'message/rfc822' },
      body: replyTo(message, original, act, known(leadId)?.zone ?? 'UTC'),
    });
    const { class: read, lead: from } = inboundSchema.parse(await response.json());
    const meant = act.reply ?? 'reply';
    if (read !== meant || from?.id !== leadId) life.problem(`a reply meant as ${meant} was read as ${read}`);
  }

  /** As a mail client does it: RFC 8058, by the link in the message's own header. */
  async function unsubscribe(messageId: string): Promise<void> {
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    const response = await fetch(await linkOf(messageId), { method: 'POST', body, redirect: 'error' });
    if (!response.ok) throw new Error(`the unsubscribe link answered ${response.status}`);
  }

  async function linkOf(messageId: string): Promise<string> {
    const headers = (await mailbox.raw(messageId))?.toString('latin1').split(/\r?\n\r?\n/)[0] ?? '';
    const link = /^List-Unsubscribe:\s*<(https?:[^>]+)>/im.exec(headers.replace(/\r?\n[ \t]+/g, ' '))?.[1];
    if (link === undefined) throw new Error('a message has no List-Unsubscribe header');
    return link;
  }

  /** Mail of sales has no links that lead through here: of a click on one only the site can tell. */
  const click = async (message: MailboxMessage, act: SignalAct, leadId: string, key: string): Promise<void> => {
    if (!(await clicks.follow(message.id, key))) await told.signals([[leadId, act]]);
  };

  return async function read(mail) {
    const byTouch = new Map(
      mail.flatMap((message) => (message.touch === undefined ? [] : [[message.touch, message] as const])),
    );
    // The rest is mail to reps, who answer through the API.
    if (byTouch.size === 0) return;
    const touches = await db
      .selectFrom('touches')
      .selectAll()
      .where('id', 'in', [...byTouch.keys()])
      .execute();
    const signals: (readonly [string, SignalAct])[] = [];
    for (const touch of touches) {
      const message = byTouch.get(touch.id);
      const lead = known(touch.lead_id);
      if (message === undefined || lead === undefined) continue;
      const { key, domain } = lead;
      if (life.nth('mail', key) === 1 && actors.bounces(key)) {
        mailbox.bounce(message.id);
        continue;
      }
      const marketing = touch.purpose === 'marketing';
      // Before its reader gets it.
      const filtered = marketing && isFiltered(domain) ? clicks.scan(message.id) : Promise.resolve();
      life.go('filtering mail', () => filtered);
      const phase = playbook.emails[touch.email]?.phase ?? 'thought-leadership';
      const seen = {
        ...{ cadence: touch.cadence, step: touch.step, email: touch.email, phase },
        nth: life.nth('touch', key, touch.cadence, touch.step),
        at: touch.decided_at,
      };
      for (const act of actors.afterTouch(key, seen)) {
        if (act.kind === 'decline' || act.kind === 'pause') {
          const topic = touch.topic ?? playbook.emails[touch.email]?.topic;
          if (!marketing || (act.kind === 'decline' && topic === undefined)) continue;
          life.later(act.at, act.kind, async () =>
            choose(await linkOf(message.id), act.kind === 'decline' ? topic : undefined),
          );
        } else if (act.kind === 'unsubscribe') life.later(act.at, 'unsubscribe', () => unsubscribe(message.id));
        else if (isMailed(act)) life.go('answering mail', () => answerMail(message, act, touch.lead_id));
        else if (act.type === CHAT_SIGNAL) life.later(act.at, 'chat', () => told.chat(touch.lead_id, key));
        else if (act.type === 'email.clicked')
          life.later(act.at, 'click', () => filtered.then(() => click(message, act, touch.lead_id, key)));
        else signals.push([touch.lead_id, act]);
      }
    }
    await told.signals(signals);
  };
}
