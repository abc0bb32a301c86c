/** Cross-checks over all files: what nobody uses, what is defined twice, and cadences that could never run. */
import { eachStep } from '../later.ts';
import { didYouMean } from '../nearest.ts';
import { Raw } from '../raw.ts';
import { cadenceId, type Workspace } from '../workspace.ts';
import { mustBeUnique, mustExist, type Report } from './references.ts';

export function checkUsage({ playbook, cadences, emails, names }: Workspace, report: Report): void {
  mustBeUnique(
    'cadence',
    cadences.map((cadence) => Raw.of(cadence).get('cadence')),
    report,
  );

  const used = new Set<string>();
  const picked = new Set<string>();
  const topics = new Set(names.topics);
  for (const cadence of cadences) {
    eachStep(Raw.of(cadence).get('steps'), (step) => {
      const email = step.get('email').text;
      if (email !== undefined) used.add(email);
      const topic = step.get('pick').get('topic').text;
      if (topic !== undefined) picked.add(topic);
      const own = step.get('topic').text ?? topic;
      if (own !== undefined) topics.add(own);
    });
  }
  for (const { source } of emails) {
    const front = Raw.of(source);
    for (const stage of front.get('stages').items()) mustExist('stage', stage, names.stages, report);
    mustBeUnique('stage', front.get('stages').items(), report);
    mustBeUnique('role', front.get('roles').items(), report);
  }
  const complete = cadences.every(({ broken }) => !broken);
  for (const { id, source } of emails) {
    const topic = Raw.of(source).get('topic').text;
    if (complete && !used.has(id) && !(topic !== undefined && picked.has(topic)))
      report.warnings.push(
        source.atOffset(0, `no cadence sends the email '${id}'`, 'a step that sends it, or no such file'),
      );
  }

  for (const [topic, name] of complete ? Raw.of(playbook).get('topics').entries() : []) {
    if (topics.has(topic)) continue;
    const message = `no email has the topic '${topic}'${didYouMean(topic, topics)}`;
    report.warnings.push(name.problem(message, 'a topic of an email or of a step that sends one', 'key'));
  }

  const readable = cadences.filter(({ broken }) => !broken);
  const custody = new Map(readable.map((cadence) => [cadenceId(cadence), custodyOf(Raw.of(cadence))]));
  const root = Raw.of(playbook);
  for (const [, handoff] of root.get('handoffs').entries()) {
    const holders = custody.get(handoff.get('cadence').text ?? '');
    if (holders && !holders.includes('sales')) {
      report.problems.push(
        handoff
          .get('cadence')
          .problem('this cadence does not run while sales has the lead', 'a cadence that runs in the custody of sales'),
      );
    }
  }
  checkLastCall(root.get('expiry').get('cadence'), custody, report);
  for (const [, rule] of root.get('returns').entries()) {
    const holders = custody.get(rule.get('recycle').text ?? '');
    if (holders && !holders.includes('marketing')) {
      report.warnings.push(
        rule
          .get('recycle')
          .problem(
            'this cadence does not run while marketing has the lead',
            'a cadence that runs in the custody of marketing',
          ),
      );
    }
  }
}

/** The cadence of the last call must run while marketing has the lead. */
function checkLastCall(cadence: Raw, custody: ReadonlyMap<string, readonly string[]>, report: Report): void {
  const holders = custody.get(cadence.text ?? '');
  if (!holders || holders.includes('marketing')) return;
  const message = 'this cadence does not run while marketing has the lead';
  report.warnings.push(cadence.problem(message, 'a cadence that runs in the custody of marketing'));
}

/** While who has the lead a cadence runs, with the defaults of its purpose. */
function custodyOf(cadence: Raw): readonly string[] {
  const holders = cadence.get('runs').get('custody').items();
  if (holders.length > 0) return holders.map(({ text }) => text ?? '');
  return cadence.get('purpose').text === 'sales' ? ['sales'] : ['marketing', 'nobody'];
}
