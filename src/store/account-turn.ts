/** What the people of an account have had: read with the account locked, so that its leads take turns. */
import { accountIdOf } from '../core/account.ts';
import type { AccountTurn } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import type { Reason } from '../core/reasons.ts';
import type { LeadFields } from '../core/scope.ts';
import type { Instant } from '../core/time.ts';
import { ensureAccounts, touchAccounts } from './accounts.ts';
import type { Db } from './schema.ts';

/** More than any cap allows in a span, with room for what a sped-up clock has decided ahead. */
const TOUCHES_READ = 300;

/** Tasks to find somebody: one a role at a time, and few roles. */
const ROLES_READ = 100;
/** Nobody has looked: sales gave the lead away before. */
const WITHDRAWN: Reason = 'no-longer-needed';

const NOTHING: AccountTurn = { touches: { email: [], task: [] }, asked: [] };

/** Whether decisions under this playbook may ask for the turn of their account. */
export const asksTurn = ({ caps, buyingGroup }: Playbook): boolean =>
  caps?.account !== undefined || buyingGroup?.onMissing !== undefined;

/**
 * Locks the lead's account until the transaction ends, and reads what its other leads have had: what
 * this lead is given now, the next one sees. Call it before `loadRouting`, so that two decisions
 * never wait for each other.
 */
export async function loadTurn(
  tx: Db,
  leadId: string,
  { domain, company }: Pick<LeadFields, 'domain' | 'company'>,
  now: Instant,
): Promise<AccountTurn> {
  const id = accountIdOf(domain);
  if (id === null) return NOTHING;
  if ((await touchAccounts(tx, [id])) === 0) {
    await ensureAccounts(tx, [{ domain, name: company }], now);
    await touchAccounts(tx, [id]);
  }
  return peekTurn(tx, leadId, domain);
}

/** The same without the lock, for reading only: what would be decided as things stand. */
export async function peekTurn(db: Db, leadId: string, domain: string): Promise<AccountTurn> {
  const id = accountIdOf(domain);
  if (id === null) return NOTHING;
  const emails = await db
    .selectFrom('touches')
    .select('decided_at as at')
    .where('account_id', '=', id)
    .where('lead_id', '<>', leadId)
    .where('state', 'in', ['sending', 'sent', 'unconfirmed'])
    .orderBy('decided_at', 'desc')
    .limit(TOUCHES_READ)
    .execute();
  const tasks = await db
    .selectFrom('tasks')
    .select('opened_at as at')
    .where('account_id', '=', id)
    .where('lead_id', '<>', leadId)
    // Tasks of cadences; a handoff is no touch.
    .where('enrollment', 'is not', null)
    .where('kind', '<>', 'handoff')
    .orderBy('opened_at', 'desc')
    .limit(TOUCHES_READ)
    .execute();
  const roles = await db
    .selectFrom('tasks')
    .select(['role', 'state', 'reason', 'closed_at', 'opened_at'])
    .where('account_id', '=', id)
    .where('lead_id', '<>', leadId)
    .where('role', 'is not', null)
    .orderBy('opened_at', 'desc')
    .limit(ROLES_READ)
    .execute();
  const asked = roles.flatMap(({ role, state, reason, closed_at, opened_at }) =>
    role === null || reason === WITHDRAWN
      ? []
      : [{ role, open: state === 'open' || state === 'accepted', at: closed_at ?? opened_at }],
  );
  return { touches: { email: emails.map(({ at }) => at), task: tasks.map(({ at }) => at) }, asked };
}
