/**
 * Who may use an Aurora DSQL database: AWS's IAM says which role may connect, the database as which of its users.
 * The users of functions read and write rows; tables are the administrator's.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../src/store/db.ts';
import { sqlState } from '../../src/store/errors.ts';
import { FUNCTION_USER } from '../names.ts';

export interface Admission {
  readonly user: string;
  /** ARN of the function's role. */
  readonly role: string;
}

/** Neither can be a parameter of its statement, so both must have the form they have in AWS. */
const admissionSchema = z.object({
  user: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/),
  role: z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/),
});

/** Duplicate object, and races with another that creates the same at the same moment. */
const THERE_ALREADY = new Set(['42710', '42P04', '23505']);

async function unlessThere(database: Database, statement: string): Promise<void> {
  try {
    await sql.raw(statement).execute(database.db);
  } catch (error) {
    if (!THERE_ALREADY.has(sqlState(error) ?? '')) throw error;
  }
}

/** Lets the role in. Nothing to do where the database is reached by an address of its own. */
export async function admit(database: Database, admission: Admission): Promise<void> {
  if (database.kind !== 'dsql') return;
  const { user, role } = admissionSchema.parse(admission);
  await unlessThere(database, `create role ${user} with login`);
  await unlessThere(database, `AWS IAM GRANT ${user} TO '${role}'`);
  await grantTables(database, user);
}

/** Lets the role in no longer. */
export async function dismiss(database: Database, admission: Admission): Promise<void> {
  if (database.kind !== 'dsql') return;
  const { user, role } = admissionSchema.parse(admission);
  await sql.raw(`AWS IAM REVOKE ${user} FROM '${role}'`).execute(database.db);
}

/** After each migration too: a grant on all tables is one on those there are. */
export async function grantTables(database: Database, user: string = FUNCTION_USER): Promise<void> {
  if (database.kind !== 'dsql') return;
  await unlessThere(database, `create role ${user} with login`);
  await sql.raw(`grant usage on schema public to ${user}`).execute(database.db);
  await sql.raw(`grant select, insert, update, delete on all tables in schema public to ${user}`).execute(database.db);
}
