/** Opens the store: PGlite in a folder by default, any Postgres server by its address. */
import { join } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { Kysely, type KyselyConfig, PostgresDialect } from 'kysely';
import pg from 'pg';
import { VolleyError } from '../core/errors.ts';
import { lockFolder } from './lock.ts';
import { PGliteDialect } from './pglite-dialect.ts';
import { reach } from './reach.ts';
import type { Db, Schema } from './schema.ts';

export type { Db } from './schema.ts';

/** `dsql` is Aurora DSQL: a Postgres server that builds indexes with `create index async`. */
export type DatabaseKind = 'pglite' | 'postgres' | 'dsql';

export interface Database {
  readonly db: Db;
  readonly kind: DatabaseKind;
  /** Waits for what runs, closes connections and lets go of the folder. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** `postgres://…`; absent: PGlite under `home`. */
  readonly databaseUrl?: string | undefined;
  /** Asked for with every new connection, in place of a password in the address: tokens that pass. */
  readonly password?: (() => Promise<string>) | undefined;
  /** Folder of the embedded database and its lock. */
  readonly home: string;
  /** Most connections to a server; 10 by default. */
  readonly connections?: number;
  /** Told of every statement, for tests and debugging. */
  readonly log?: KyselyConfig['log'];
}

/** Aurora DSQL ends a session after an hour; a connection is replaced before that. */
const LIFETIME_S = 50 * 60;

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const instant = (text: string): number => new Date(text).getTime();

/** Counters fit a double; instants are epoch ms everywhere in the code. */
const pgliteOptions: PGliteOptions = { parsers: { [INT8]: Number, [TIMESTAMPTZ]: instant } };

const serverTypes = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return Number;
    if (oid === TIMESTAMPTZ) return instant;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  }) as typeof pg.types.getTypeParser,
};

const kysely = (config: KyselyConfig): Db => new Kysely<Schema>(config);

/**
 * Opens the store without migrating it.
 * @throws VolleyError `folder-locked` when another process has the folder; `bad-database-url`,
 * `database-unreachable`, `database-refused`.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  return options.databaseUrl === undefined
    ? openFolder(options.home, options)
    : openServer(options.databaseUrl, options);
}

async function openFolder(home: string, { log }: Pick<OpenOptions, 'log'>): Promise<Database> {
  const lock = await lockFolder(home);
  try {
    const pglite = await PGlite.create(join(home, 'pglite'), pgliteOptions);
    const db = kysely({ dialect: new PGliteDialect(pglite), ...(log === undefined ? {} : { log }) });
    return { db, kind: 'pglite', close: () => closeAll(db, pglite).finally(lock.release) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Kysely closes PGlite only if a query has run; closing twice is refused by PGlite. */
async function closeAll(db: Db, pglite: PGlite): Promise<void> {
  await db.destroy();
  if (!pglite.closed) await pglite.close();
}

/**
 * PGlite in memory, for tests. `loadDataDir` starts from a dump, which skips initdb.
 */
export async function openMemory(options: Pick<OpenOptions, 'log'> & { loadDataDir?: Blob } = {}): Promise<Database> {
  const { log, loadDataDir } = options;
  const pglite = await PGlite.create({ ...pgliteOptions, ...(loadDataDir === undefined ? {} : { loadDataDir }) });
  const db = kysely({ dialect: new PGliteDialect(pglite), ...(log === undefined ? {} : { log }) });
  return { db, kind: 'pglite', close: () => closeAll(db, pglite) };
}

/** The driver lets an address win over a password beside it, so the address is taken apart; tokens go over TLS only. */
function addressOf(url: string): { host: string; port: number; user: string; database: string; ssl: true } {
  const { hostname, port, username, pathname } = new URL(url);
  const [user, database] = [username, pathname.slice(1)].map(decodeURIComponent);
  return { host: hostname, port: Number(port || 5432), user: user ?? '', database: database ?? '', ssl: true };
}

async function openServer(
  url: string,
  { connections = 10, password, log }: Pick<OpenOptions, 'connections' | 'password' | 'log'>,
): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new VolleyError('bad-database-url', 'DATABASE_URL is not the address of a Postgres server', {
      fix: 'Write it as postgres://user:password@host:5432/database.',
    });
  }
  const server = password === undefined ? { connectionString: url } : { ...addressOf(url), password };
  await reach(url, server);
  const pool = new pg.Pool({
    ...server,
    max: connections,
    types: serverTypes,
    maxLifetimeSeconds: LIFETIME_S,
  });
  // A connection lost while idle is replaced at the next query, one in use fails its query; without a listener
  // either ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = kysely({ dialect: new PostgresDialect({ pool }), ...(log === undefined ? {} : { log }) });
  const dsql = /\.dsql\.[a-z0-9-]+\.on\.aws$/.test(new URL(url).hostname);
  return { db, kind: dsql ? 'dsql' : 'postgres', close: () => db.destroy() };
}
