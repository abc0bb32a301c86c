/** Who decides together at an account: the part each lead has in it, and which parts nobody has. */
import { NO_CONTEXT } from './context.ts';
import type { BuyingGroup } from './playbook.ts';
import { type LeadFields, NO_ACCOUNT, type Scope } from './scope.ts';

/**
 * The role a lead was given, if it is one of the group's; else the one of the first rule that holds;
 * `undefined` when none does. From the lead's fields alone, so that it is the same for whoever asks.
 */
export function roleIn(group: BuyingGroup | undefined, lead: LeadFields): string | undefined {
  if (group === undefined) return undefined;
  if (group.roles.includes(lead.role)) return lead.role;
  const known = roles.get(group) ?? new WeakMap<LeadFields, { readonly role: string | undefined }>();
  roles.set(group, known);
  const before = known.get(lead);
  if (before) return before.role;
  const scope = fieldsAlone(lead);
  const role = group.map.find(({ when }) => when.test(scope))?.role;
  known.set(lead, { role });
  return role;
}

const roles = new WeakMap<BuyingGroup, WeakMap<LeadFields, { readonly role: string | undefined }>>();

/** What the rules of `map` see: `check` refuses those that look at anything else. */
const fieldsAlone = (lead: LeadFields): Scope => ({
  now: 0,
  lead,
  score: { fit: 0, engagement: 0 },
  stage: '',
  deal: { stage: '', amount: 0, open: false, renewsAt: undefined, owner: '' },
  account: NO_ACCOUNT,
  context: NO_CONTEXT,
  custody: 'nobody',
  working: false,
  attempts: 0,
  signals: () => ({ count: 0 }),
  last: () => undefined,
  clicked: () => false,
  ago: () => 0,
  definition: () => false,
});

export interface Seat {
  readonly role: string;
  /** Who has it; absent: it is needed and nobody has. */
  readonly lead?: string;
}

/** Who has which role, in the order of the playbook, and a place for each that is lacking. */
export function seatsOf(
  group: BuyingGroup | undefined,
  people: readonly { readonly id: string; readonly fields: LeadFields }[],
): { readonly seats: readonly Seat[]; readonly completeness: number } {
  const held = people.flatMap(({ id, fields }) => {
    const role = roleIn(group, fields);
    return role === undefined ? [] : [{ role, lead: id }];
  });
  const { missing, completeness } = rolesOf(
    group,
    held.map(({ role }) => role),
  );
  const seats = (group?.roles ?? []).flatMap((role): Seat[] => [
    ...held.filter((one) => one.role === role),
    ...missing.flatMap((one) => (one.role === role ? Array.from({ length: one.lacks }, () => ({ role })) : [])),
  ]);
  return { seats, completeness };
}

export interface Roles {
  /** Roles somebody has, in the order of the playbook. */
  readonly filled: readonly string[];
  /** Needed roles with fewer people than needed, in the same order, with how many are lacking. */
  readonly missing: readonly { readonly role: string; readonly lacks: number }[];
  /** Share of what is needed that is there, 0 to 1; 1 when nothing is. */
  readonly completeness: number;
}

/** @param held the role of each person of the account; those without one left out */
export function rolesOf(group: BuyingGroup | undefined, held: readonly string[]): Roles {
  const { roles = [], need = {} } = group ?? {};
  const count = (role: string): number => held.filter((one) => one === role).length;
  let [needed, there] = [0, 0];
  for (const role of roles) {
    const n = need[role] ?? 0;
    needed += n;
    there += Math.min(n, count(role));
  }
  return {
    filled: roles.filter((role) => count(role) > 0),
    missing: roles.flatMap((role) => {
      const lacks = (need[role] ?? 0) - count(role);
      return lacks > 0 ? [{ role, lacks }] : [];
    }),
    completeness: needed === 0 ? 1 : there / needed,
  };
}
