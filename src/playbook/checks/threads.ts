/** `thread: previous` on an email that nothing can have gone before. */
import { blocksOf } from '../later.ts';
import { isRecord, Raw } from '../raw.ts';
import type { Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

export function checkThreads({ cadences, emails }: Workspace, report: Report): void {
  const threaded = new Set(
    emails.filter(({ source }) => Raw.of(source).get('thread').text === 'previous').map(({ id }) => id),
  );
  if (threaded.size === 0) return;
  /** Whether anything can have been sent after the block. */
  const walk = (block: Raw, before: boolean): boolean => {
    let sent = before;
    for (const step of block.items()) {
      if (!isRecord(step.value)) continue;
      const email = step.get('email');
      if (!sent && email.text !== undefined && threaded.has(email.text)) {
        const message = `'${email.text}' is to answer in the thread of the email before, and none goes before it here`;
        report.warnings.push(email.problem(message, 'an earlier email step, or an email without thread: previous'));
      }
      const after = blocksOf(step).map((inner) => walk(inner, sent));
      sent ||= step.has('email') || step.has('pick') || after.includes(true);
    }
    return sent;
  };
  for (const cadence of cadences) walk(Raw.of(cadence).get('steps'), false);
}
