/** The companies of a simulation: what a lead sees of its colleagues there, as the store would answer it. */
import { accountIdOf, GROUP_MAX } from './account.ts';
import { isOpenDeal } from './deal-stage.ts';
import type { Account, AccountTurn, Colleague } from './facts.ts';
import type { InputBody } from './input.ts';
import type { LeadFields } from './scope.ts';
import type { Standing } from './standing.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

/** One lead, as its account knows it. */
export interface Member {
  readonly key: string;
  readonly fields: LeadFields;
  state(): LeadState;
  standing(): Standing | undefined;
  /** Puts something into its inbox, and wakes it for that. */
  take(at: Instant, body: InputBody): void;
}

interface KnownRep {
  readonly rep: string;
  readonly at: Instant;
  /** Whether that rep has the lead still. */
  readonly has: boolean;
}

export interface SimulatedAccounts {
  join(member: Member): void;
  /** A lead by its key. */
  find(lead: Member, key: string): Member | undefined;
  seenBy(lead: Member): Account | null;
  turnOf(lead: Member): AccountTurn;
  /** Reps who have a colleague, then who last took one over; the latest first. */
  repsFor(lead: Member): string[];
  /** Takes down who has the lead now. */
  note(lead: Member, before: LeadState['custody'], after: LeadState['custody']): void;
}

export function createAccounts(): SimulatedAccounts {
  const members = new Map<string, Member[]>();
  const reps = new Map<string, Map<string, KnownRep>>();
  /** By domain: the id is a hash, and asked for at most decisions. */
  const ids = new Map<string, string | null>();
  const idOf = (domain: string): string | null => {
    const known = ids.get(domain);
    if (known !== undefined) return known;
    const id = accountIdOf(domain);
    ids.set(domain, id);
    return id;
  };
  const others = ({ key, fields }: Member): Member[] =>
    (members.get(fields.domain) ?? []).filter((one) => one.key !== key).slice(0, GROUP_MAX - 1);

  return {
    join(member) {
      const { domain } = member.fields;
      if (idOf(domain) !== null) members.set(domain, [...(members.get(domain) ?? []), member]);
    },
    find: ({ fields }, key) => members.get(fields.domain)?.find((one) => one.key === key),
    seenBy(lead) {
      const id = idOf(lead.fields.domain);
      if (id === null) return null;
      const group = others(lead);
      const openDeals = group.flatMap((one) =>
        Object.entries(one.state().deals ?? {}).flatMap(([deal, { stage }]) => (isOpenDeal(stage) ? [deal] : [])),
      );
      const name = members.get(lead.fields.domain)?.[0]?.fields.company ?? '';
      return { id, name, colleagues: group.map(colleagueOf), openDeals: [...new Set(openDeals)] };
    },
    turnOf({ key, fields }) {
      const states = (members.get(fields.domain) ?? []).flatMap((one) => (one.key === key ? [] : [one.state()]));
      return {
        touches: {
          email: states.flatMap(({ touched, sending }) => [...(touched?.email ?? []), ...sending.map((s) => s.at)]),
          task: states.flatMap(({ touched }) => touched?.task ?? []),
        },
        asked: states.flatMap(({ finding, looked }) => [
          ...(finding ?? []).map(({ role, dueAt }) => ({ role, open: true, at: dueAt })),
          ...Object.entries(looked ?? {}).map(([role, at]) => ({ role, open: false, at })),
        ]),
      };
    },
    repsFor({ key, fields }) {
      if (idOf(fields.domain) === null) return [];
      const known = [...(reps.get(fields.domain) ?? [])].flatMap(([other, one]) => (other === key ? [] : [one]));
      known.sort((a, b) => Number(b.has) - Number(a.has) || b.at - a.at);
      return [...new Set(known.map(({ rep }) => rep))];
    },
    note({ key, fields }, before, after) {
      if (before.rep === after.rep && before.acceptedAt === after.acceptedAt) return;
      const people = reps.get(fields.domain) ?? new Map<string, KnownRep>();
      reps.set(fields.domain, people);
      if (after.rep !== undefined) people.set(key, { rep: after.rep, at: after.since, has: true });
      // An offer nobody accepted leaves no acquaintance.
      else if (before.rep !== undefined && before.acceptedAt !== undefined)
        people.set(key, { rep: before.rep, at: before.acceptedAt, has: false });
      else people.delete(key);
    },
  };
}

function colleagueOf(member: Member): Colleague {
  const { who, rep } = member.state().custody;
  const standing = member.standing();
  return {
    id: member.key,
    fields: member.fields,
    custody: who,
    ...(who === 'sales' && rep !== undefined ? { rep } : {}),
    ...(standing === undefined ? {} : { standing }),
  };
}
