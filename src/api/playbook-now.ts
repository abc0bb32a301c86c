/** The playbook in force, as calls need it. It must be asked for outside a transaction. */
import { VolleyError } from '../core/errors.ts';
import type { Playbook } from '../core/playbook.ts';
import type { ApiDeps } from './deps.ts';

/** The playbook in force; null when none has been applied. */
export async function currentOrNull(deps: Pick<ApiDeps, 'playbooks'>): Promise<Playbook | null> {
  try {
    return await deps.playbooks.current();
  } catch (error) {
    if (error instanceof VolleyError && error.code === 'no-playbook') return null;
    throw error;
  }
}
