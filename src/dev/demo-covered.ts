/** What of the playbook the demo's leads have shown, for its summary. */
import { colour, table } from '../cli/terminal.ts';
import type { Covered } from '../core/coverage/coverage.ts';

/** `cadences/keep-warm: goal, steps/check-in`: what belongs together on one line. */
function gathered(ids: readonly string[]): string[] {
  const groups = Map.groupBy(ids, (id) => id.split('/').slice(0, 2).join('/'));
  return [...groups].map(([group, all]) => {
    const within = all.map((id) => id.slice(group.length + 1)).filter((rest) => rest !== '');
    return within.length === 0 ? group : `${group}: ${within.join(', ')}`;
  });
}

/** As text: how much, key by key, and each rule that never came to bear. */
export function coveredText({ rules, byKey, never, unknown }: Covered): string {
  const rows = Object.entries(byKey).map(([key, { rules: n, shown }]) => [key, `${shown} of ${n}`]);
  const lines = [
    `${colour.bold('Rules of the playbook that came to bear')}: ${rules - never.length} of ${rules}`,
    table(['', ''], rows),
  ];
  if (never.length > 0) lines.push(`never in this time:\n  ${gathered(never).join('\n  ')}`);
  if (unknown.length > 0) lines.push(`not looked at: ${unknown.join(', ')}`);
  return lines.join('\n');
}
