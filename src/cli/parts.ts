/** What every long-lived process is put together from: `serve`, `worker` and the local stack. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { importLeads } from '../../workflows/import.ts';
import { type Clock, type ClockAnchor, createClock, realClock } from '../clock.ts';
import type { Config, EmailConfig } from '../config.ts';
import { VolleyError } from '../core/errors.ts';
import { createSender, type Sender } from '../email/sender.ts';
import { createSns, getFromSns, type Sns } from '../email/sns.ts';
import { createPlaybookCache, type PlaybookCache } from '../playbook/index.ts';
import { readAnchor, writeAnchor } from '../store/anchor.ts';
import type { Database, Db } from '../store/db.ts';
import { dueLeads, pendingLeads } from '../store/inbox.ts';
import { introducePlaybook } from '../store/introduce.ts';
import { pendingMigrations } from '../store/migrate.ts';
import { currentPlaybook, playbookFiles } from '../store/playbooks.ts';
import { readQuota } from '../store/send-quota.ts';
import { kindAttributes } from '../temporal/attributes.ts';
import { LEAD_QUEUE } from '../temporal/names.ts';
import type { DueLead } from '../temporal/reconcile.ts';

/**
 * The clock of this store. With a speed factor, past or present, it runs from the stored anchor, so
 * that virtual time goes on over restarts; a changed factor goes on from the same virtual moment.
 */
export async function openClock(db: Db, speed: number): Promise<Clock> {
  const stored = await readAnchor(db);
  if (stored === null && speed === 1) return realClock;
  if (stored?.factor === speed) return createClock(stored);
  const real = Date.now();
  const anchor: ClockAnchor = { real, virtual: stored === null ? real : createClock(stored).now(), factor: speed };
  await writeAnchor(db, anchor);
  return createClock(anchor);
}

export function openPlaybooks(db: Db): PlaybookCache {
  return createPlaybookCache(
    async (hash) => {
      const files = await playbookFiles(db, hash);
      if (files !== null) return files;
      throw new VolleyError('playbook-missing', `The store has no playbook version ${hash}.`, {
        fix: 'Restore the table playbook_versions; versions are never deleted.',
      });
    },
    async () => (await currentPlaybook(db))?.hash ?? null,
  );
}

/** SES, or what stands in for it at `mailboxUrl`. */
export function openSender(email: EmailConfig, mailboxUrl?: string): Sender {
  if (email.kind === 'ses') {
    const { region, endpoint, configurationSet } = email;
    return createSender({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(configurationSet === undefined ? {} : { configurationSet }),
    });
  }
  if (mailboxUrl === undefined) {
    throw new VolleyError('no-mail-service', 'no mail service is configured', {
      fix: 'Set AWS_REGION (and AWS credentials) to send through SES; `npm start` brings a mailbox for trying things out.',
    });
  }
  // The mailbox checks no signature; the SDK only wants something to sign with.
  return createSender({
    region: 'local',
    endpoint: mailboxUrl,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxSockets: 100,
  });
}

/** @throws VolleyError `not-migrated` */
export async function requireMigrated(database: Database): Promise<void> {
  const pending = await pendingMigrations(database.db);
  if (pending.length === 0) return;
  throw new VolleyError('not-migrated', `the store lacks ${pending.length} migrations`, {
    fix: 'Run `volley migrate` and start again.',
  });
}

/** What separate processes share and cannot make up for themselves. @throws VolleyError `bad-configuration` */
export function requireShared(config: Config): { databaseUrl: string; secret: string; temporalAddress: string } {
  const { databaseUrl, secret } = config;
  const temporalAddress = config.temporal.address;
  const missing = Object.entries({
    DATABASE_URL: databaseUrl,
    VOLLEY_SECRET: secret,
    TEMPORAL_ADDRESS: temporalAddress,
  }).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (databaseUrl === undefined || secret === undefined || temporalAddress === undefined) {
    throw new VolleyError(
      'bad-configuration',
      `${missing.join(', ')} must be set: processes of their own share a server each`,
      {
        fix: '`npm start` runs everything in one process and needs none of them.',
      },
    );
  }
  return { databaseUrl, secret, temporalAddress };
}

/**
 * Nudges that are this late are the sweeper's, real ms. Sped up, leads wake every few seconds by
 * themselves, and what may wait for that (an opened mail) must not look forgotten.
 */
const NUDGE_GRACE_MS = { real: 5_000, spedUp: 30_000 };

/** What a worker sends while nobody has read a quota. */
const SENT_PER_SECOND = 20;
/** How much longer than by the quota the queue of sends may take before somebody in it looks forgotten. */
const LATE = 1.5;

/** Leads that should have been nudged by now, and those that a new playbook has yet to meet; see the sweeper. */
export const lateLeads =
  (db: Db, clock: Clock) =>
  async (limit: number): Promise<readonly string[]> => {
    const met = await introducePlaybook(db, clock.now(), limit);
    const perSecond = (await readQuota(db))?.perSecond ?? SENT_PER_SECOND;
    const perEmail = (LATE * 1_000 * clock.anchor.factor) / perSecond;
    const late = await pendingLeads(db, clock.now() - graceOf(clock), limit, perEmail);
    return [...new Set([...met, ...late])];
  };

const graceOf = ({ anchor }: Clock): number =>
  (anchor.factor > 1 ? NUDGE_GRACE_MS.spedUp : NUDGE_GRACE_MS.real) * anchor.factor;

const DUE_PAGE = 1_000;

/** Every lead that the rows say has something due or waiting, with when. */
export async function allDueLeads(db: Db): Promise<DueLead[]> {
  const due: DueLead[] = [];
  for (let after: string | undefined; ; after = due.at(-1)?.id) {
    const ids = await dueLeads(db, { after, limit: DUE_PAGE });
    if (ids.length === 0) return due;
    const rows = await db.selectFrom('lead_states').select(['lead_id', 'due_at']).where('lead_id', 'in', ids).execute();
    const dueAt = new Map(rows.map((row) => [row.lead_id, row.due_at]));
    due.push(...ids.map((id) => ({ id, dueAt: dueAt.get(id) ?? null })));
  }
}

/** Starts the workflow that takes an import in; a second start of a running one is the same one. */
export const importStarter =
  (client: Client) =>
  async (importId: string): Promise<void> => {
    await client.workflow
      .start<typeof importLeads>('importLeads', {
        workflowId: `import-${importId}`,
        taskQueue: LEAD_QUEUE,
        args: [{ importId }],
        typedSearchAttributes: kindAttributes('import'),
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
  };

/** What `/readyz` asks of the engine. */
export const checksOf = (client: Client): Record<string, () => Promise<void>> => ({
  temporal: async () => {
    await client.workflowService.getSystemInfo({});
  },
});

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets running requests end for a moment, then cuts them off. */
  close(): Promise<void>;
}

const DRAIN_MS = 3_000;

/** How long a client may take to say what it wants, real ms. */
export interface ListenLimits {
  readonly headersMs: number;
  /** All of it, a large import over a slow line included. */
  readonly requestMs: number;
  /** How often connections are looked at. */
  readonly checkMs: number;
}

const LIMITS: ListenLimits = { headersMs: 10_000, requestMs: 600_000, checkMs: 5_000 };
/** Of all headers of a request, bytes. */
const HEADERS_MAX = 16_384;

/** Serves what `answer` answers. @throws VolleyError `port-taken`, `cannot-listen` */
export async function listen(
  answer: (request: Request) => Response | Promise<Response>,
  { host, port }: { host: string; port: number },
  { headersMs, requestMs, checkMs }: ListenLimits = LIMITS,
): Promise<HttpServer> {
  const bounds = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: HEADERS_MAX,
  };
  const server = createServer(bounds, getRequestListener(answer));
  await bind(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new VolleyError('port-taken', `port ${port} on ${host} is taken by another process`, {
        fix: 'Stop that process, or set PORT to another port (0 for a free one).',
        cause,
      });
    }
    throw new VolleyError('cannot-listen', `cannot listen on ${host}:${port}: ${String(code ?? cause)}`, {
      fix: 'Set HOST and PORT to an address of this machine.',
      cause,
    });
  }
}

/** What `createApp` is given for SNS; nothing where no topic is named. */
export const snsOf = ({ snsTopics }: Config): { sns?: Sns } =>
  snsTopics.length === 0 ? {} : { sns: createSns({ topics: snsTopics, get: getFromSns }) };
