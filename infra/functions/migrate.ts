/**
 * What CloudFormation calls before the code that needs it: brings the schema up to date, or lets the role of a function
 * into the database. Each may run twice; CloudFormation and Lambda both try again.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { sql } from 'kysely';
import { z } from 'zod';
import { realClock } from '../../src/clock.ts';
import { createLog } from '../../src/log.ts';
import { backfill } from '../../src/store/backfill.ts';
import { type Database, openDatabase } from '../../src/store/db.ts';
import { createKey } from '../../src/store/keys.ts';
import { migrate } from '../../src/store/migrate.ts';
import { admit, dismiss, grantTables } from './admit.ts';
import { type Answer, answer } from './answer.ts';
import { readSetting } from './environment.ts';

const wantedSchema = z.discriminatedUnion('do', [
  z.looseObject({ do: z.literal('migrate') }),
  z.looseObject({ do: z.literal('admit'), user: z.string(), role: z.string() }),
]);
type Wanted = z.infer<typeof wantedSchema>;

export const handler = (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> =>
  answer(event, context, () => carryOut(event.RequestType, wantedSchema.parse(event.ResourceProperties)));

/** Does what is asked; the id says what it is about, so that another role is another resource. */
async function carryOut(request: 'Create' | 'Update' | 'Delete', wanted: Wanted): Promise<Answer> {
  const id = wanted.do === 'migrate' ? 'schema' : `${wanted.user} ${wanted.role}`;
  // The tables stay: whether the database goes with its stack is decided there.
  if (request === 'Delete' && wanted.do === 'migrate') return { id };
  const { config, password } = await readSetting();
  const log = createLog(config.log, process.stdout);
  const database = await openDatabase({ databaseUrl: config.databaseUrl, home: config.home, connections: 1, password });
  try {
    await sql`select 1`.execute(database.db);
    if (wanted.do === 'migrate') {
      const { applied } = await prepare(database, config.adminKey);
      log.info({ applied: applied.length }, 'the schema is up to date');
      return { id };
    }
    await (request === 'Delete' ? dismiss : admit)(database, wanted);
    return { id };
  } finally {
    await database.close();
  }
}

async function prepare(database: Database, adminKey: string | undefined): Promise<{ applied: string[] }> {
  const migrated = await migrate(database.db, database.kind);
  await backfill(database.db);
  await grantTables(database);
  if (adminKey !== undefined) {
    const key = { role: 'admin', label: 'the first key', secret: adminKey } as const;
    await createKey(database.db, key, realClock.now());
  }
  return migrated;
}
