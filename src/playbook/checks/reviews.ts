/** `review` on an email of a playbook that has no rep who could look at it. */
import { Raw } from '../raw.ts';
import type { Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

export function checkReviews({ playbook, emails }: Workspace, report: Report): void {
  if (playbook.broken || Raw.of(playbook).get('pools').items().length > 0) return;
  for (const { source } of emails) {
    const root = Raw.of(source);
    if (!root.has('review')) continue;
    const message = 'nobody can look at this email: the playbook has no pools';
    report.problems.push(root.get('review').problem(message, "'pools' in playbook.yaml, or no 'review' here", 'key'));
  }
}
