/** `node src/playbook/schemas/write.ts`: writes `schema/*.json` anew; `biome check --write schema` puts it in format. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonSchemas } from './json.ts';

const folder = join(import.meta.dirname, '../../../schema');
for (const [name, schema] of Object.entries(jsonSchemas())) {
  await writeFile(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
}
