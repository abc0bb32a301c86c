/** The clock's anchor, kept so that a restart continues the same virtual time. */
import { z } from 'zod';
import type { ClockAnchor } from '../clock.ts';
import { readMeta, writeMeta } from './meta.ts';
import type { Db } from './schema.ts';
import { readJson } from './values.ts';

const KEY = 'clock.anchor';
const anchorSchema = z.object({ real: z.number(), virtual: z.number(), factor: z.number().positive() });

export async function readAnchor(db: Db): Promise<ClockAnchor | null> {
  const text = await readMeta(db, KEY);
  return text === null ? null : readJson(anchorSchema, text, `meta ${KEY}`);
}

export async function writeAnchor(db: Db, anchor: ClockAnchor): Promise<void> {
  await writeMeta(db, KEY, JSON.stringify(anchor));
}
