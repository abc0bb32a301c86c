/** The first connection to a Postgres server: what keeps it from being made, in words. */
import pg from 'pg';
import { VolleyError } from '../core/errors.ts';
import { sqlState } from './errors.ts';

/** A server that sleeps when unused (Aurora DSQL) answers well within this. */
const PATIENCE_MS = 15_000;

/**
 * Connects once and leaves again.
 * @throws VolleyError `database-unreachable`, `database-refused`; the server's own words are the cause
 */
export async function reach(url: string, server: pg.ClientConfig = { connectionString: url }): Promise<void> {
  const { hostname, port, username, pathname } = new URL(url);
  const client = new pg.Client({ ...server, connectionTimeoutMillis: PATIENCE_MS });
  // What comes after the answer is of no interest; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw problemOf(cause, {
      server: `${hostname || 'localhost'}:${port || 5432}`,
      user: decodeURIComponent(username),
      name: decodeURIComponent(pathname.slice(1)),
    });
  } finally {
    await client.end().catch(() => {});
  }
}

function problemOf(
  cause: unknown,
  { server, user, name }: { server: string; user: string; name: string },
): VolleyError {
  const state = sqlState(cause);
  const said = cause instanceof Error ? cause.message : String(cause);
  // Class 28: who connects. Without a password in the address the driver fails before the server does.
  if (state?.startsWith('28') || /password must be a string/.test(said)) {
    return refused(`the Postgres server at ${server} does not let ${user || 'this user'} in`, {
      fix: 'Check user and password in DATABASE_URL; special characters are written as %40 and the like.',
      cause,
    });
  }
  if (state === '3D000') {
    return refused(`the Postgres server at ${server} has no database ${name}`, {
      fix: `Create it (\`createdb ${name}\`), or name another in DATABASE_URL.`,
      cause,
    });
  }
  if (state !== undefined && !/^E[A-Z]+$/.test(state)) {
    return refused(`the Postgres server at ${server} refuses the connection: ${said}`, {
      fix: 'Check the server, and DATABASE_URL.',
      cause,
    });
  }
  return new VolleyError('database-unreachable', `no Postgres server answers at ${server}${detail(cause)}`, {
    fix: 'Start it, or correct host and port in DATABASE_URL; without DATABASE_URL Volley uses a database of its own.',
    cause,
  });
}

const refused = (message: string, options: { fix: string; cause: unknown }): VolleyError =>
  new VolleyError('database-refused', message, options);

/** Several addresses of one name fail as one error without words. */
function detail(cause: unknown): string {
  const said = cause instanceof AggregateError ? '' : cause instanceof Error ? cause.message : String(cause);
  return said === '' ? '' : ` (${said})`;
}
