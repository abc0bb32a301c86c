/** Cross-checks of the buying group: every role named is one of its roles. */

import { didYouMean, oneOfNames } from '../nearest.ts';
import type { Raw } from '../raw.ts';
import { mustBeUnique, mustExist, type Report } from './references.ts';

export function checkGroup(group: Raw, report: Report): void {
  const roles = group.get('roles').items();
  mustBeUnique('role', roles, report);
  // What is no list or holds no text has been said; nothing is unknown because of it.
  const names = roles.every(({ text }) => text !== undefined) && roles.length > 0 ? rolesIn(roles) : undefined;
  for (const [role, count] of group.get('need').entries()) {
    if (!names || names.has(role)) continue;
    const message = `unknown role '${role}'${didYouMean(role, names)}`;
    report.problems.push(count.problem(message, oneOfNames(names, 'a role'), 'key'));
  }
  const missing = group.get('onMissing');
  if (missing.has('task') && group.get('need').entries().length === 0) {
    const message = 'no role is needed, so none is ever missing';
    report.problems.push(missing.problem(message, "'need' beside it, such as { champion: 1 }", 'key'));
  }
  if (missing.get('task').text === 'handoff') {
    report.problems.push(
      missing.get('task').problem("'handoff' is the kind of offers", 'another kind, such as find-role'),
    );
  }
  for (const rule of group.get('map').items()) mustExist('role', rule.get('role'), names, report);
}

const rolesIn = (roles: readonly Raw[]): Set<string> => new Set(roles.flatMap(({ text }) => text ?? []));
