/**
 * Looks at the sending domains again and again, and holds the mail of those that are not ready. A loop beside the
 * workers; what one of them has seen is a row that the others read, so any number of them ask DNS and SES as often as
 * one. What does not answer changes nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { PlaybookCache } from '../playbook/index.ts';
import type { Db } from '../store/db.ts';
import {
  forgetSenders,
  holdSenders,
  putSendingDomain,
  readSendingDomains,
  type SendingDomain,
  watchSenders,
} from '../store/sending-domains.ts';
import { transact } from '../store/tx.ts';
import { checkSender, type Looking } from './check.ts';
import { type Finding, readiness } from './finding.ts';
import { sendersOf } from './senders.ts';

export interface WatchDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly playbooks: Pick<PlaybookCache, 'current'>;
  readonly log: Logger;
  /** Absent: nothing is looked at, and nothing held. */
  readonly looking: Looking | undefined;
  /** Real ms between looks at what is in force. */
  readonly intervalMs?: number;
  /** How long what was seen counts, real ms. */
  readonly fresh?: Freshness;
}

export interface Freshness {
  readonly ready: number;
  readonly notReady: number;
}

export interface SenderWatch {
  /** Looks once, at once; asks DNS and SES about what is no longer fresh. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

const INTERVAL_MS = 15_000;
/** A record taken away is noticed within the quarter of an hour, one put right within a minute. */
const FRESH: Freshness = { ready: 15 * 60_000, notReady: 60_000 };

/** The first look is over when this resolves, so that nothing goes out unseen. */
export async function startSenderWatch(deps: WatchDeps): Promise<SenderWatch> {
  const { db, log, looking } = deps;
  if (looking === undefined) {
    await transact(db, forgetSenders);
    return { look: async () => {}, stop: async () => {} };
  }
  await watchSenders(db);
  const stopping = new AbortController();
  const look = (): Promise<void> => lookOnce(deps, looking);
  const safely = (): Promise<void> =>
    look().catch((err: unknown) => log.error({ err }, 'the sending domains could not be looked at; it looks again'));
  await safely();
  const running = (async () => {
    for (;;) {
      await delay(deps.intervalMs ?? INTERVAL_MS, undefined, { signal: stopping.signal });
      await safely();
    }
  })().catch(() => undefined);
  return {
    look,
    async stop() {
      stopping.abort();
      await running;
      looking.ses.close();
    },
  };
}

async function lookOnce({ db, clock, playbooks, log, fresh = FRESH }: WatchDeps, looking: Looking): Promise<void> {
  const playbook = await playbooks.current().catch(() => undefined);
  if (playbook === undefined) return;
  const senders = sendersOf(playbook);
  const domains = [...new Set([...senders.marketing, ...senders.sales])];
  const known = new Map((await readSendingDomains(db, domains)).map((one) => [one.domain, one]));
  const now = Date.now();
  const isFresh = ({ ready, checkedAt }: SendingDomain): boolean =>
    now - checkedAt < (ready ? fresh.ready : fresh.notReady);
  for (const domain of domains) {
    const before = known.get(domain);
    if (before !== undefined && isFresh(before)) continue;
    const findings = await checkSender(domain, looking);
    const state = readiness(findings);
    // Nobody answered: what was known before holds on.
    if (state === 'unknown') continue;
    await putSendingDomain(db, { domain, ready: state === 'ready', detail: wrong(findings), checkedAt: now });
  }
  const { held, released } = await transact(db, (tx) => holdSenders(tx, senders, clock.now()));
  for (const scope of held) log.warn({ scope }, 'mail is held: a sending domain is not ready, see volley doctor');
  for (const scope of released) log.info({ scope }, 'the sending domains are ready: mail goes on');
}

const wrong = (findings: readonly Finding[]): string =>
  findings
    .filter(({ verdict }) => verdict === 'wrong')
    .map(({ check, detail }) => `${check}: ${detail}`)
    .join('; ');
