/** What a start does about imports: goes on with those under way, and removes uploads that never ended. */
import { HOUR } from '../../core/time.ts';
import { abandonedUploads, unfinishedImports } from '../../store/imports.ts';
import type { ApiDeps } from '../deps.ts';
import { discard } from './store.ts';

/** An upload takes minutes; one this old lost its process. */
const ABANDONED_MS = 6 * HOUR;

/** Safe at any time and by several at once, for starting an import twice is harmless. */
export async function resumeImports(
  deps: Pick<ApiDeps, 'database' | 'clock' | 'log' | 'startImport'>,
): Promise<{ started: number; removed: number }> {
  const { db } = deps.database;
  const abandoned = await abandonedUploads(db, deps.clock.now() - ABANDONED_MS * deps.clock.anchor.factor);
  for (const id of abandoned) await discard(deps, id);
  const unfinished = await unfinishedImports(db);
  for (const id of unfinished) await deps.startImport(id);
  return { started: unfinished.length, removed: abandoned.length };
}
