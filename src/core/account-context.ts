/** What a rep is told of the account of a lead that is handed over. Of people it holds ids alone: names stay in one place. */

import type { AccountContext } from './account-context-schema.ts';
import { accountIn, accountScopeOf } from './account-scope.ts';
import { roleIn } from './buying-group.ts';
import type { Draft } from './draft.ts';
import type { Colleague } from './facts.ts';
import { engagementOf } from './score.ts';
import { engagementAt } from './standing.ts';
import { type Instant, iso } from './time.ts';
import { leadZone } from './view.ts';

/** Colleagues shown: those heard of last. */
const SHOWN = 10;

const round = (n: number, digits = 10): number => Math.round(n * digits) / digits;

/** `undefined` for a lead that has no account. @throws Needs when it was not read. */
export function accountContext({ state, facts, playbooks: { current }, t }: Draft): AccountContext | undefined {
  const account = accountIn(facts);
  if (account === undefined) return undefined;
  const own = engagementOf(state, current, t, leadZone(facts, current));
  const { leads, engagement, role, completeness, missing } = accountScopeOf(state, facts, current, t, () => own);
  const heard = ({ standing }: Colleague): Instant => standing?.last?.at ?? 0;
  return {
    id: account.id,
    name: account.name,
    leads,
    engagement: round(engagement),
    ...(role === '' ? {} : { role }),
    ...(current.buyingGroup === undefined ? {} : { completeness: round(completeness, 100) }),
    missing: [...missing],
    colleagues: account.colleagues
      .filter(({ standing }) => standing?.out !== true)
      .sort((a, b) => heard(b) - heard(a))
      .slice(0, SHOWN)
      .map(({ id, fields, custody, rep, standing }) => {
        const theirs = roleIn(current.buyingGroup, fields);
        return {
          lead: id,
          ...(theirs === undefined ? {} : { role: theirs }),
          engagement: standing === undefined ? 0 : round(engagementAt(standing, current, t)),
          ...(standing?.last === undefined
            ? {}
            : { lastSignal: { type: standing.last.type, at: iso(standing.last.at) } }),
          custody,
          ...(rep === undefined ? {} : { rep }),
        };
      }),
  };
}
