/** Values that a lead may not have, in the words of emails. */
import { checkMissing } from '../missing.ts';
import { Raw } from '../raw.ts';
import type { Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

export function checkGaps({ emails, translations }: Workspace, report: Report): void {
  for (const { source, body, bodyOffset } of [...emails, ...translations]) {
    for (const key of ['subject', 'preheader']) {
      const { path, text = '' } = Raw.of(source).get(key);
      for (const { offset, message, expected } of checkMissing(text))
        report.problems.push(source.inside(path, offset, message, expected));
    }
    for (const { offset, message, expected } of checkMissing(body))
      report.problems.push(source.atOffset(bodyOffset + offset, message, expected));
  }
}
