/**
 * Stands in for SES on the wire: takes what the AWS SDK sends, keeps it, shows it on a page, and
 * publishes the events SES would. It can be told to throttle, fail, fall silent before or after
 * accepting, and to hold, repeat or lose its events. For development and tests only: it delivers nothing.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { messageIdDomain } from '../../email/sender.ts';
import { type Identities, identitiesSchema, maySendAs } from './account.ts';
import { bounceEvent, complaintEvent, eventsOf, type SesEventJson } from './events.ts';
import { type Head, openLog } from './log.ts';
import { type Behaviour, type EventMode, MODES, type Mode } from './modes.ts';
import { createPump } from './pump.ts';
import { decodeWords, readHeaders, stamped } from './query.ts';
import { createHandler } from './server.ts';
import type {
  ControlRequest,
  Mailbox,
  MailboxCore,
  MailboxMessage,
  MailboxOptions,
  MailboxStatus,
  MessageFilter,
  Quota,
} from './types.ts';

export type { ControlRequest, Mailbox, MailboxMessage, MailboxOptions, MailboxStatus, MessageFilter, Quota };

const DAY = 24 * 60 * 60_000;
const DEFAULT_QUOTA: Quota = { perSecond: 1_000, per24Hours: 1_000_000 };

/**
 * Starts the mailbox and loads what it kept.
 * @throws the system's error when the port is taken or the folder cannot be written
 */
export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const now = options.now ?? Date.now;
  const log = await openLog(options.folder);
  const pump = createPump(
    options.eventsUrl === undefined ? undefined : { url: options.eventsUrl, headers: options.eventsAuth ?? {} },
  );
  const callbacks = new Set<(message: MailboxMessage) => void>();
  let mode: Mode = 'ok';
  let remaining: number | null = null;
  let delayMs = 0;
  let events: EventMode = 'send';
  let attempts = 0;
  let held: { event: SesEventJson; delivered: () => void }[] = [];
  let finished: string[] = [];
  let sendingEnabled = true;
  let identities: Identities = {};
  let quota: Quota = { ...DEFAULT_QUOTA, ...options.quota };
  /** Index of the oldest message of the last 24 hours. */
  let oldest = 0;
  /** Taken, and not in the log yet. */
  let taking = 0;
  let listening = options.eventsUrl !== undefined;
  /** Messages whose events nobody could be told yet: ids only, since there may be many. */
  let unannounced: string[] = [...log.unfinished];

  /** One record for all that finished in this turn of the event loop. */
  function finish(id: string): void {
    if (finished.push(id) > 1) return;
    setImmediate(() => {
      const ids = finished;
      finished = [];
      // Lost at a kill, its events are sent again at the next start, as SNS may do.
      log.markDone(ids).catch(() => undefined);
    });
  }
  function publish(list: readonly SesEventJson[], done: () => void, touch?: string): void {
    const planned = list.flatMap((event): { event: SesEventJson; hold?: boolean }[] => {
      const how = (touch === undefined ? undefined : options.fate?.event?.(touch, event.eventType)) ?? events;
      return how === 'none' ? [] : how === 'repeat' ? [{ event }, { event }] : [{ event, hold: how === 'hold' }];
    });
    if (planned.length === 0) done();
    planned.forEach(({ event, hold }, index) => {
      const delivered = index === planned.length - 1 ? done : () => undefined;
      if (hold) held.push({ event, delivered });
      else pump.push(event, delivered);
    });
  }
  function announce(head: Head): void {
    if (listening || events === 'none') publish(eventsOf(head), () => finish(head.id), head.tags['touch']);
    else unannounced.push(head.id);
  }
  function announceAll(): void {
    const ids = unannounced;
    unannounced = [];
    for (const id of ids) {
      const head = log.get(id);
      if (head !== undefined) announce(head);
    }
  }
  function sentLast24Hours(): number {
    const since = now() - DAY;
    for (let at = log.heads[oldest]?.at; at !== undefined && at <= since; at = log.heads[oldest]?.at) oldest += 1;
    return log.heads.length - oldest;
  }
  function nextBehaviour(source: string): Behaviour {
    if (!sendingEnabled) return MODES.sendingPaused;
    if (!maySendAs(identities, source)) return MODES.reject;
    if (sentLast24Hours() + taking >= quota.per24Hours) return MODES.dailyQuota;
    const behaviour = MODES[mode];
    if (remaining !== null) {
      remaining -= 1;
      if (remaining <= 0) {
        mode = 'ok';
        remaining = null;
      }
    }
    return behaviour;
  }
  function status(): MailboxStatus {
    return {
      mode,
      remaining,
      delayMs,
      events,
      messages: log.heads.length,
      attempts,
      heldEvents: held.length,
      pendingEvents: pump.pending,
      refusedEvents: pump.refused,
      quota: { ...quota, sentLast24Hours: sentLast24Hours() },
      sendingEnabled,
      identities,
    };
  }

  const core: MailboxCore = {
    get count() {
      return log.heads.length;
    },
    status,
    control(request) {
      if (request.mode !== undefined) {
        mode = request.mode;
        remaining = request.count ?? null;
      }
      delayMs = request.delayMs ?? delayMs;
      events = request.events ?? events;
      quota = { ...quota, ...request.quota };
      sendingEnabled = request.sendingEnabled ?? sendingEnabled;
      identities = { ...identities, ...identitiesSchema.parse(request.identities ?? {}) };
      if (request.release === true) {
        for (const { event, delivered } of held) pump.push(event, delivered);
        held = [];
      }
      return status();
    },
    async send(request) {
      attempts += 1;
      const fated = options.fate?.mode?.(request.tags['touch'] ?? '');
      const behaviour = fated === undefined ? nextBehaviour(request.source) : MODES[fated];
      if (behaviour.accepts) taking += 1;
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const messageId = `${now().toString(16).padStart(16, '0')}-${randomBytes(12).toString('hex')}-000000`;
      if (!behaviour.accepts) return { behaviour, messageId };
      const at = now();
      const raw = stamped(request.raw, `${messageId}@${messageIdDomain(request.region)}`, at);
      const head: Head = {
        id: messageId,
        at,
        from: request.source,
        to: [...request.destinations],
        subject: decodeWords(readHeaders(request.raw)?.get('subject')?.[0] ?? ''),
        tags: { ...request.tags },
        bytes: raw.length,
        ...(request.configurationSet === undefined ? {} : { configurationSet: request.configurationSet }),
      };
      await log.append(head, raw).finally(() => {
        taking -= 1;
      });
      const message = toMessage(head);
      for (const callback of callbacks) callback(message);
      announce(head);
      return { behaviour, messageId };
    },
    get(id) {
      const head = log.get(id);
      return head === undefined ? undefined : toMessage(head);
    },
    messages: (filter = {}) => log.heads.filter((head) => matches(head, filter)).map(toMessage),
    touchCounts() {
      const counts = new Map<string, number>();
      for (const { tags } of log.heads) {
        if (tags['touch'] !== undefined) counts.set(tags['touch'], (counts.get(tags['touch']) ?? 0) + 1);
      }
      return counts;
    },
    raw: (id) => log.raw(id),
    bounce(id, permanent = true) {
      const head = log.get(id);
      if (head !== undefined) publish([bounceEvent(head, permanent, now())], () => undefined);
      return head !== undefined;
    },
    complain(id) {
      const head = log.get(id);
      if (head !== undefined) publish([complaintEvent(head, now())], () => undefined);
      return head !== undefined;
    },
    onMessage(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    setEventsTarget(url, auth = {}) {
      pump.setTarget({ url, headers: auth });
      listening = true;
      announceAll();
    },
    eventsDelivered: () => pump.idle(),
    async clear() {
      oldest = 0;
      held = [];
      unannounced = [];
      await log.clear();
    },
  };

  if (listening) announceAll();

  const server = createServer({ keepAliveTimeout: 60_000 }, createHandler(core));
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, options.port ?? 0, host);
  const { count: _, ...handle } = core;
  return {
    ...handle,
    get count() {
      return log.heads.length;
    },
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await pump.close();
      await log.close();
    },
  };
}

function toMessage(head: Head): MailboxMessage {
  const { id, at, from, to, subject, bytes, tags, configurationSet } = head;
  return { id, at, from, to, subject, bytes, touch: tags['touch'], notice: tags['notice'], tags, configurationSet };
}

function matches(head: Head, { to, touch, q }: MessageFilter): boolean {
  if (touch !== undefined && head.tags['touch'] !== touch) return false;
  if (to !== undefined && !head.to.some((address) => address.toLowerCase() === to.toLowerCase())) return false;
  if (q === undefined || q === '') return true;
  const part = q.toLowerCase();
  return [...head.to, head.from, head.subject].some((text) => text.toLowerCase().includes(part));
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
