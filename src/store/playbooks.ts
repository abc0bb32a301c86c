/** Playbook versions: immutable, by content hash; one of them is current. */
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { date, readJson } from './values.ts';

const CURRENT = 'current';
const filesSchema = z.record(z.string(), z.string());

export interface CurrentPlaybook {
  readonly hash: string;
  readonly by: string;
  readonly appliedAt: Instant;
}

/**
 * Makes a version current, storing it first when it is new.
 * @returns whether anything changed.
 */
export async function applyPlaybook(
  tx: Db,
  version: {
    readonly hash: string;
    readonly files: Readonly<Record<string, string>>;
    readonly by: string;
    readonly now: Instant;
  },
): Promise<{ changed: boolean }> {
  const now = date(version.now);
  await tx
    .insertInto('playbook_versions')
    .values({ hash: version.hash, files: JSON.stringify(version.files), actor: version.by, created_at: now })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
  const before = await currentPlaybook(tx);
  if (before?.hash === version.hash) return { changed: false };
  const current = { hash: version.hash, actor: version.by, applied_at: now };
  await tx
    .insertInto('playbook_current')
    .values({ id: CURRENT, ...current })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(current))
    .execute();
  return { changed: true };
}

export async function currentPlaybook(db: Db): Promise<CurrentPlaybook | null> {
  const row = await db.selectFrom('playbook_current').selectAll().where('id', '=', CURRENT).executeTakeFirst();
  return row === undefined ? null : { hash: row.hash, by: row.actor, appliedAt: row.applied_at };
}

/** The files of a version; null when the store does not have it. */
export async function playbookFiles(db: Db, hash: string): Promise<Record<string, string> | null> {
  const row = await db.selectFrom('playbook_versions').select('files').where('hash', '=', hash).executeTakeFirst();
  return row === undefined ? null : readJson(filesSchema, row.files, `playbook ${hash}`);
}
