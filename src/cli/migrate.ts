/** `volley migrate`: brings the schema of the store up to date. */
import { readConfig } from '../config.ts';
import { openDatabase } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { colour, print, printJson } from './terminal.ts';

export async function runMigrations(options: { json?: true }): Promise<void> {
  const config = readConfig();
  const database = await openDatabase({ databaseUrl: config.databaseUrl, home: config.home });
  try {
    const { applied } = await migrate(database.db, database.kind);
    if (options.json) printJson({ applied });
    else if (applied.length === 0) print(`${colour.green('up to date')}: nothing to apply`);
    else print(`${colour.green('applied')} ${applied.length}: ${applied.join(', ')}`);
  } finally {
    await database.close();
  }
}
