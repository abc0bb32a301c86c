/** The mailbox's options, its handle for programs, and what its HTTP side asks of it. */
import type { Identities, IdentitiesSetting } from './account.ts';
import type { Behaviour, EventMode, Mode } from './modes.ts';
import type { RawEmailRequest } from './query.ts';

/** Decides for each message by itself, before what `control` has set; undefined: as that is. */
export interface Fate {
  /** How the send is answered, by its tag `touch`. */
  readonly mode?: (touch: string) => Mode | undefined;
  /** What becomes of one of its events. */
  readonly event?: (touch: string, type: string) => EventMode | undefined;
}

export interface MailboxOptions {
  readonly fate?: Fate;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Where messages are kept over a restart; absent: in memory. */
  readonly folder?: string;
  /** Where SES's events are posted, as a JSON array of bare `eventType` events. */
  readonly eventsUrl?: string;
  /** Headers of those posts, e.g. `{ authorization: 'Bearer …' }`. */
  readonly eventsAuth?: Readonly<Record<string, string>>;
  /** Clock for the dates shown and published, epoch ms; default the machine's. */
  readonly now?: () => number;
  /** What GetSendQuota answers; default 1,000 a second and 1,000,000 in 24 hours. */
  readonly quota?: Partial<Quota>;
}

/** What the account may send. The 24 hours are enforced, as SES does; the second is not: the record shows. */
export interface Quota {
  readonly perSecond: number;
  readonly per24Hours: number;
}

/** A message as lists show it. */
export interface MailboxMessage {
  readonly id: string;
  /** When it was accepted, epoch ms by the given clock. */
  readonly at: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** The SES tag `touch`. */
  readonly touch: string | undefined;
  /** The SES tag `notice`: a mail to our own people. */
  readonly notice: string | undefined;
  /** All SES tags. */
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSet: string | undefined;
  readonly bytes: number;
}

export interface ControlRequest {
  /** How the next sends are answered. */
  readonly mode?: Mode;
  /** For how many sends the mode holds, then `ok` again; absent: until told otherwise. */
  readonly count?: number;
  /** Real ms before every answer. */
  readonly delayMs?: number;
  readonly events?: EventMode;
  readonly quota?: Partial<Quota> | undefined;
  /** What GetAccountSendingEnabled answers; false: every send is answered `sendingPaused`. */
  readonly sendingEnabled?: boolean;
  /** What SES knows of these domains from now on; the others stay as they were. */
  readonly identities?: IdentitiesSetting;
  /** Lets held events go. */
  readonly release?: boolean;
}

export interface MailboxStatus {
  readonly mode: Mode;
  readonly remaining: number | null;
  readonly delayMs: number;
  readonly events: EventMode;
  readonly messages: number;
  /** Requests to send, whatever became of them. */
  readonly attempts: number;
  readonly heldEvents: number;
  readonly pendingEvents: number;
  readonly refusedEvents: { readonly count: number; readonly last?: string };
  readonly quota: Quota & { readonly sentLast24Hours: number };
  readonly sendingEnabled: boolean;
  readonly identities: Identities;
}

export interface MessageFilter {
  readonly to?: string;
  readonly touch?: string;
  /** Part of an address or a subject, in any case. */
  readonly q?: string;
}

export interface Mailbox {
  readonly url: string;
  readonly port: number;
  /** Messages kept. */
  readonly count: number;
  control(request: ControlRequest): MailboxStatus;
  status(): MailboxStatus;
  /** In the order of arrival. */
  messages(filter?: MessageFilter): MailboxMessage[];
  /** How often each touch was accepted: more than 1 is a duplicate. */
  touchCounts(): Map<string, number>;
  raw(id: string): Promise<Buffer | null>;
  /** Publishes a bounce of a kept message; false when there is no such message. */
  bounce(id: string, permanent?: boolean): boolean;
  complain(id: string): boolean;
  /** Called for every accepted message, before SES's answer goes out. Returns how to stop. */
  onMessage(callback: (message: MailboxMessage) => void): () => void;
  setEventsTarget(url: string, auth?: Readonly<Record<string, string>>): void;
  /** Resolves when every event that is not held has been delivered. */
  eventsDelivered(): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** How a request to send ends: what the wire says, and the id when it was accepted. */
export interface SendOutcome {
  readonly behaviour: Behaviour;
  readonly messageId: string;
}

/** What the HTTP side asks of the mailbox beside its public handle. */
export interface MailboxCore extends Omit<Mailbox, 'url' | 'port' | 'close'> {
  send(request: RawEmailRequest): Promise<SendOutcome>;
  get(id: string): MailboxMessage | undefined;
}
