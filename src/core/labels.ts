/** Definitions both teams have goals for: each time one turns true is an entry, so that it can be counted. */
import { type Draft, journal } from './draft.ts';
import { HISTORY, viewOf } from './view.ts';

/** Names of definitions that are counted, if the playbook has them. */
export const COUNTED_LABELS = ['mql', 'sql'] as const;

/** Journals the labels that turned true since the last look. */
export function noteLabels(d: Draft): void {
  if (d.state.objected) return;
  const playbook = d.playbooks.current;
  const scope = viewOf(d.state, d.facts, playbook, d.t, HISTORY);
  for (const label of COUNTED_LABELS) {
    const definition = playbook.definitions[label];
    if (!definition) continue;
    const on = scope.definition(label);
    if (on === (d.state.labels?.[label] ?? false)) continue;
    d.state.labels = { ...d.state.labels, [label]: on };
    if (on) journal(d, { type: 'label.gained', reason: 'label-definition', data: { label, when: definition.source } });
  }
}
