/** What the local stack leaves for the commands: where it and its engine listen, and a key for each role. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const localSchema = z.object({
  url: z.string(),
  keys: z.record(z.string(), z.string()),
  /** Address of its Temporal server. */
  temporal: z.string().optional(),
});
export type Local = z.infer<typeof localSchema>;

const fileIn = (home: string): string => join(home, 'keys.json');

/** Undefined when there is none, or none that can be read. */
export async function readLocal(home: string): Promise<Local | undefined> {
  const text = await readFile(fileIn(home), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return localSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** For the owner's eyes only: the file holds keys. */
export async function writeLocal(home: string, local: Local): Promise<void> {
  await writeFile(fileIn(home), `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
  // The mode above counts only for a new file.
  await chmod(fileIn(home), 0o600);
}
