/** The API over a real store, with the example playbook in force; the nudger at its edge only records. */
import { createAdvance } from '../../../activities/advance.ts';
import { type ApiDeps, createApp } from '../../../src/api/app.ts';
import type { Clock } from '../../../src/clock.ts';
import { createSender } from '../../../src/email/sender.ts';
import { createLog } from '../../../src/log.ts';
import { createPlaybookCache, hashFiles, type PlaybookFiles, readPlaybookFolder } from '../../../src/playbook/index.ts';
import { createKey, type Role } from '../../../src/store/keys.ts';
import { applyPlaybook, currentPlaybook, playbookFiles } from '../../../src/store/playbooks.ts';
import { keepSome } from '../../../src/store/recorded-wakes.ts';
import { type TestDatabase, type TestDatabaseKind, withDatabase } from '../../support/database.ts';

/** A Tuesday, 10:00 in London. */
export const START = Date.parse('2026-11-24T10:00:00Z');
export const SECRET = 'a secret of at least thirty-two characters';
export const PUBLIC_URL = 'https://volley.example';
export const REP = 'somebody-else@northwind.example';

const { files: folder } = await readPlaybookFolder('playbook');
/** The example playbook; accepting a handoff opens a call at once, for these tests send no mail. */
export const exampleFiles: PlaybookFiles = {
  ...folder,
  // How full the demo's pools get is no matter of these tests.
  'playbook.yaml': (folder['playbook.yaml'] ?? '').replace(/maxOpen: \d+/g, 'maxOpen: 10'),
  'cadences/first-conversation.yaml': (folder['cadences/first-conversation.yaml'] ?? '').replace(
    'steps:\n',
    'steps:\n  - { id: before, task: { kind: call, title: "Call {{ lead.firstName }} first", due: { working: P1D } } }\n',
  ),
};

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  readonly body: any;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApi {
  readonly store: TestDatabase;
  readonly deps: ApiDeps;
  readonly app: ReturnType<typeof createApp>;
  /** A key of each role; `rep` is REP's, who is in no pool. */
  readonly keys: Readonly<Record<Role, string>>;
  /** A key of this rep. */
  keyOf(rep: string): Promise<string>;
  /** Epoch ms; tests move it. */
  now: number;
  /** Lead ids in the order they were nudged. */
  readonly nudged: string[];
  readonly imports: string[];
  /** Leads whose workflows were to be forgotten. */
  readonly forgotten: string[];
  /** `METHOD /path`; the admin key unless another is given. */
  call(what: string, options?: CallOptions): Promise<Answer>;
  /** Creates a lead and answers its id. */
  lead(email: string, more?: Record<string, unknown>): Promise<string>;
  /** What the lead's workflow would do at a nudge. */
  advance(leadId: string): Promise<void>;
  /** A lead handed over to sales, and the task that offers it. */
  offered(email: string): Promise<{ leadId: string; task: { id: string; assignee: string } }>;
  close(): Promise<void>;
}

export async function openApi(
  options: { kind?: TestDatabaseKind; playbook?: boolean; publicUrl?: string } = {},
): Promise<TestApi> {
  const store = await withDatabase(options.kind);
  const { db } = store.database;
  const nudged: string[] = [];
  const imports: string[] = [];
  const forgotten: string[] = [];
  const clock: Clock = {
    anchor: { real: 0, virtual: 0, factor: 1 },
    now: () => api.now,
    realUntil: (at) => Math.max(0, at - api.now),
  };
  const playbooks = createPlaybookCache(
    async (hash) => (await playbookFiles(db, hash)) ?? {},
    async () => (await currentPlaybook(db))?.hash ?? null,
  );
  const log = createLog({ level: 'silent', format: 'json' });
  const deps: ApiDeps = {
    database: store.database,
    clock,
    playbooks,
    nudger: { nudge: async (ids) => void nudged.push(...ids) },
    startImport: async (id) => void imports.push(id),
    forgetRuns: async (ids) => {
      forgotten.push(...ids);
      return { found: 0 };
    },
    config: { secret: SECRET, publicUrl: options.publicUrl ?? PUBLIC_URL },
    log,
  };
  if (options.playbook !== false) {
    await applyPlaybook(db, { hash: hashFiles(exampleFiles), files: exampleFiles, by: 'test', now: START });
  }
  const sender = createSender({
    region: 'local',
    endpoint: 'http://127.0.0.1:9',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const record = keepSome(deps);
  const advance = createAdvance({ ...deps, sender, record, mail: { secret: SECRET, publicUrl: PUBLIC_URL } });
  const key = async (role: Role, rep?: string): Promise<string> => (await createKey(db, { role, rep }, START)).secret;
  const keys = {
    admin: await key('admin'),
    marketer: await key('marketer'),
    manager: await key('manager'),
    rep: await key('rep', REP),
    integration: await key('integration'),
  };
  const app = createApp(deps);
  const api: TestApi = {
    store,
    deps,
    app,
    keys,
    keyOf: (rep) => key('rep', rep),
    now: START,
    nudged,
    imports,
    forgotten,
    call: async (what, { key: secret = keys.admin, body, raw, type, headers = {} } = {}) => {
      const [method = 'GET', path = '/'] = what.split(' ');
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const contentType = type === undefined ? (sent === undefined ? null : 'application/json') : type;
      const request = new Request(`http://localhost${path}`, {
        method,
        headers: {
          ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
          ...headers,
        },
        ...(sent === undefined ? {} : { body: sent, duplex: 'half' }),
      });
      if (contentType === null) request.headers.delete('content-type');
      else request.headers.set('content-type', contentType);
      const response = await app.request(request);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    lead: async (email, more = {}) => {
      const { body, status } = await api.call('POST /v1/leads', {
        body: { email, country: 'GB', firstName: 'Ada', ...more },
      });
      if (status >= 300) throw new Error(`lead not taken: ${JSON.stringify(body)}`);
      return body.id;
    },
    advance: async (leadId) => void (await advance(leadId, { maySend: false })),
    offered: async (email) => {
      const leadId = await api.lead(email);
      await api.advance(leadId);
      const { status } = await api.call('POST /v1/handoffs', { body: { lead: { id: leadId }, handoff: 'hot' } });
      if (status !== 202) throw new Error(`handoff not taken: ${status}`);
      await api.advance(leadId);
      const lead = await api.call(`GET /v1/leads/${leadId}`);
      return { leadId, task: lead.body.tasks[0] };
    },
    close: async () => {
      sender.close();
      await store.close();
    },
  };
  return api;
}
