/** Compiled playbook versions by hash, bounded. Versions never change, so nothing here goes stale. */
import { VolleyError } from '../core/errors.ts';
import type { Playbook } from '../core/playbook.ts';
import { compileStored } from './compile.ts';
import type { PlaybookFiles } from './files.ts';
import { formatProblem } from './problems.ts';

export interface PlaybookCache {
  /**
   * The version applied last.
   * @throws VolleyError `no-playbook` when none has been applied
   */
  current(): Promise<Playbook>;
  /**
   * The version with this hash.
   * @throws VolleyError `playbook-broken` when its stored files no longer compile; whatever `load` throws
   */
  get(hash: string): Promise<Playbook>;
}

/** Open enrollments are pinned to a few versions; each compiled one is about a megabyte. */
const KEPT = 16;

/**
 * @param load files of a version
 * @param current hash of the version applied last; null when there is none
 */
export function createPlaybookCache(
  load: (hash: string) => Promise<PlaybookFiles>,
  current: () => Promise<string | null>,
): PlaybookCache {
  // A Map keeps insertion order: the first key is the one used longest ago.
  const versions = new Map<string, Promise<Playbook>>();

  const get = (hash: string): Promise<Playbook> => {
    const known = versions.get(hash);
    const version = known ?? load(hash).then((files) => compiled(hash, files));
    versions.delete(hash);
    versions.set(hash, version);
    if (!known) {
      version.catch(() => versions.get(hash) === version && versions.delete(hash));
      const oldest = versions.keys().next().value;
      if (versions.size > KEPT && oldest !== undefined) versions.delete(oldest);
    }
    return version;
  };

  return {
    get,
    async current() {
      const hash = await current();
      if (hash === null) {
        throw new VolleyError('no-playbook', 'No playbook has been applied yet.', {
          fix: 'Run volley apply DIR.',
        });
      }
      return get(hash);
    },
  };
}

function compiled(hash: string, files: PlaybookFiles): Playbook {
  const result = compileStored(files);
  if (result.ok) return result.playbook;
  const [first] = result.errors;
  throw new VolleyError(
    'playbook-broken',
    `Playbook version ${hash} does not compile: ${first ? formatProblem(first) : 'unknown reason'}`,
    { fix: 'Apply a playbook that passes volley check.' },
  );
}
