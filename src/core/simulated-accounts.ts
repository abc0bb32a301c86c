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
  /** Takes down who has the lead now; told of every decision about it, before anybody looks at what it brought. */
  note(lead: Member, before: LeadState['custody'], after: LeadState['custody']): void;
}

/** The people of a domain, and how often any of them has been decided about. */
interface Company {
  readonly id: string;
  readonly members: Member[];
  decisions: number;
}

/** What a lead saw when its colleagues had been decided about so often: it is so until one is again. */
interface Seen {
  /** Decisions about the lead itself, which change nothing for what it sees. */
  own: number;
  account?: { readonly at: number; readonly is: Account };
  turn?: { readonly at: number; readonly is: AccountTurn };
}

const ALONE: AccountTurn = { touches: { email: [], task: [] }, asked: [] };

export function createAccounts(): SimulatedAccounts {
  const companies = new Map<string, Company | null>();
  const reps = new Map<string, Map<string, KnownRep>>();
  const seen = new Map<string, Seen>();
  const companyOf = (domain: string): Company | null => {
    const known = companies.get(domain);
    if (known !== undefined) return known;
    const id = accountIdOf(domain);
    const company = id === null ? null : { id, members: [], decisions: 0 };
    companies.set(domain, company);
    return company;
  };
  const seenOf = ({ key }: Member): Seen => {
    const before = seen.get(key);
    if (before) return before;
    const nothing: Seen = { own: 0 };
    seen.set(key, nothing);
    return nothing;
  };
  const others = ({ key }: Member, { members }: Company): Member[] => members.filter((one) => one.key !== key);

  function accountOf(lead: Member, company: Company): Account {
    const group = others(lead, company).slice(0, GROUP_MAX - 1);
    const openDeals = group.flatMap((one) =>
      Object.entries(one.state().deals ?? {}).flatMap(([deal, { stage }]) => (isOpenDeal(stage) ? [deal] : [])),
    );
    const name = company.members[0]?.fields.company ?? '';
    return { id: company.id, name, colleagues: group.map(colleagueOf), openDeals: [...new Set(openDeals)] };
  }

  function turnIn(lead: Member, company: Company): AccountTurn {
    const states = others(lead, company).map((one) => one.state());
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
  }

  return {
    join(member) {
      companyOf(member.fields.domain)?.members.push(member);
    },
    find: ({ fields }, key) => companyOf(fields.domain)?.members.find((one) => one.key === key),
    seenBy(lead) {
      const company = companyOf(lead.fields.domain);
      if (company === null) return null;
      const mine = seenOf(lead);
      const at = company.decisions - mine.own;
      if (mine.account?.at !== at) mine.account = { at, is: accountOf(lead, company) };
      return mine.account.is;
    },
    turnOf(lead) {
      const company = companyOf(lead.fields.domain);
      if (company === null) return ALONE;
      const mine = seenOf(lead);
      const at = company.decisions - mine.own;
      if (mine.turn?.at !== at) mine.turn = { at, is: turnIn(lead, company) };
      return mine.turn.is;
    },
    repsFor({ key, fields }) {
      if (companyOf(fields.domain) === null) return [];
      const known = [...(reps.get(fields.domain) ?? [])].flatMap(([other, one]) => (other === key ? [] : [one]));
      known.sort((a, b) => Number(b.has) - Number(a.has) || b.at - a.at);
      return [...new Set(known.map(({ rep }) => rep))];
    },
    note(lead, before, after) {
      const { key, fields } = lead;
      const company = companyOf(fields.domain);
      if (company === null) return;
      company.decisions += 1;
      seenOf(lead).own += 1;
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
