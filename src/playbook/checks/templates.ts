/** Finds every Liquid template of a playbook and checks it; who mail is from must come out as an address. */
import { isAddress } from '../../email/headers.ts';
import type { EmailFile } from '../frontmatter.ts';
import { eachStep } from '../later.ts';
import type { TemplateVariable } from '../liquid.ts';
import { Raw } from '../raw.ts';
import { checkTemplate, renderSample } from '../templates.ts';
import type { Workspace } from '../workspace.ts';
import type { Report } from './references.ts';
import { checkMarkup } from './rendering.ts';

const EMAIL_VARIABLES: readonly TemplateVariable[] = ['lead', 'rep', 'company', 'unsubscribeUrl'];
const TASK_VARIABLES: readonly TemplateVariable[] = ['lead', 'rep', 'company'];
const ROLE_VARIABLES: readonly TemplateVariable[] = [...TASK_VARIABLES, 'role'];

/** @param stored an applied version, of which newer rules are not asked */
export function checkTemplates(
  { playbook, cadences, emails, translations }: Workspace,
  stored: boolean,
  report: Report,
): void {
  const from = Raw.of(playbook).get('company').get('from');
  // Nobody in sales has the lead while marketing mails it.
  checkFrom(from.get('marketing'), ['company'], report);
  checkFrom(from.get('sales'), ['rep', 'company'], report);
  const missing = Raw.of(playbook).get('buyingGroup').get('onMissing');
  for (const key of ['title', 'body']) checkText(missing.get(key), ROLE_VARIABLES, report);
  for (const cadence of cadences) {
    eachStep(Raw.of(cadence).get('steps'), (step) => {
      checkText(step.get('task').get('title'), TASK_VARIABLES, report);
      checkText(step.get('task').get('body'), TASK_VARIABLES, report);
      if (step.has('notify')) {
        checkText(step.get('title'), TASK_VARIABLES, report);
        checkText(step.get('body'), TASK_VARIABLES, report);
      }
    });
  }
  for (const email of [...emails, ...translations]) checkEmail(email, stored, report);
}

function checkEmail(email: EmailFile, stored: boolean, report: Report): void {
  const { source, body, bodyOffset } = email;
  const root = Raw.of(source);
  for (const key of ['subject', 'preheader']) {
    checkText(root.get(key), EMAIL_VARIABLES, report);
    if (root.get(key).text?.includes('\n'))
      report.problems.push(root.get(key).problem(`the ${key} has more than one line`, 'one line'));
  }
  for (const { offset, message, expected } of checkTemplate(body, EMAIL_VARIABLES)) {
    report.problems.push(source.atOffset(bodyOffset + offset, message, expected));
  }
  checkMarkup(email, stored, report);
  if (body.trim() === '' && !source.broken) {
    report.problems.push(source.atOffset(bodyOffset, 'the email has no body', 'its text after the front matter'));
  }
}

function checkText(raw: Raw, allowed: readonly TemplateVariable[], report: Report): boolean {
  if (raw.text === undefined) return false;
  const mistakes = checkTemplate(raw.text, allowed);
  for (const { offset, message, expected } of mistakes) {
    report.problems.push(raw.source.inside(raw.path, offset, message, expected));
  }
  if (mistakes.length > 0) return false;
  if (!raw.text.includes('{%') || renderSample(raw.text) !== undefined) return true;
  report.problems.push(raw.problem('the template cannot be filled in', 'Liquid that comes to an end'));
  return false;
}

function checkFrom(raw: Raw, allowed: readonly TemplateVariable[], report: Report): void {
  if (raw.text === undefined || raw.text === '' || !checkText(raw, allowed, report)) return;
  const sample = renderSample(raw.text);
  const written =
    sample !== undefined &&
    /^(?:[^<>\r\n]*<[^<>\s@]+@[^<>\s@]+\.[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+\.[^<>\s@]+)$/.test(sample);
  if (written && isAddress(/<([^<>]+)>$/.exec(sample)?.[1] ?? sample)) return;
  if (written) {
    report.problems.push(raw.problem('SES takes no such address', 'ASCII letters, digits and ._+- before the @'));
    return;
  }
  report.problems.push(
    raw.problem('this is no sender', 'a name and an address, such as "Northwind <news@northwind.example>"'),
  );
}
