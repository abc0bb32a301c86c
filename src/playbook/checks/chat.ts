/** Cross-checks of `chat`: each rule says who, and the last takes every chat. */
import { durationMs } from '../../core/duration.ts';
import type { Raw } from '../raw.ts';
import { isDuration } from '../schemas/scalars.ts';
import { mustExist, type Report } from './references.ts';

const RULE = "'to: custodian' or 'handoff: NAME', with a 'when'";
/** A visitor waits in front of a screen for no longer than that. */
const LONGEST_MS = 10 * 60_000;

export function checkChat(list: Raw, handoffs: ReadonlySet<string> | undefined, report: Report): void {
  const rules = list.items();
  rules.forEach((rule, index) => {
    if (typeof rule.value !== 'object' || rule.value === null) return;
    if (rule.has('else')) checkElse(rule, index === rules.length - 1, report);
    else checkRule(rule, report);
    mustExist('handoff', rule.get('handoff'), handoffs, report);
  });
  const last = rules.at(-1);
  if (last && typeof last.value === 'object' && !last.has('else')) {
    report.problems.push(
      last.problem('nobody takes a chat for which no rule holds', "'{ else: form }' as the last rule"),
    );
  }
}

function checkElse(rule: Raw, isLast: boolean, { problems }: Report): void {
  for (const key of ['when', 'to', 'handoff', 'answer']) {
    if (rule.has(key)) problems.push(rule.get(key).problem(`'else' goes without '${key}'`, '{ else: form }', 'key'));
  }
  if (!isLast) problems.push(rule.get('else').problem('no chat gets past this rule', "'else' in the last rule", 'key'));
}

function checkRule(rule: Raw, { problems }: Report): void {
  const ways = ['to', 'handoff'].filter((key) => rule.has(key));
  if (ways.length === 0) problems.push(rule.problem('this rule leads to nobody', RULE));
  if (ways.length > 1) problems.push(rule.get('handoff').problem("'to' and 'handoff' are two ways", RULE, 'key'));
  if (!rule.has('when')) problems.push(rule.problem("'when' is missing", `a condition, or when: "true"`));
  const answer = rule.get('answer').text;
  if (answer === undefined || !isDuration(answer)) return;
  const ms = durationMs(answer);
  if (ms < 5_000 || ms > LONGEST_MS) {
    problems.push(rule.get('answer').problem('nobody waits that long, or answers that fast', 'between PT5S and PT10M'));
  }
}
