/** A process of its own that opens a folder, commits a row for each line it is sent, and answers with it. */
import { createInterface } from 'node:readline';
import { openDatabase } from '../../src/store/db.ts';
import { writeMeta } from '../../src/store/meta.ts';
import { migrate } from '../../src/store/migrate.ts';

const database = await openDatabase({ home: process.argv[2] ?? '' });
await migrate(database.db, database.kind);
console.log('open');
for await (const line of createInterface({ input: process.stdin })) {
  await writeMeta(database.db, `line.${line}`, line);
  console.log(line);
}
await database.close();
