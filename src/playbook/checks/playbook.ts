/** Cross-checks of `playbook.yaml`: what refers to what. */
import { durationMs } from '../../core/duration.ts';
import { SAME_ACCOUNT } from '../../core/playbook.ts';
import { HISTORY_FUNCTIONS, VARIABLES } from '../cel/environment.ts';
import { Raw } from '../raw.ts';
import { isDuration } from '../schemas/scalars.ts';
import type { Workspace } from '../workspace.ts';
import { checkChat } from './chat.ts';
import { checkGroup } from './group.ts';
import { mustBeSpan, mustBeUnique, mustExist, type Report } from './references.ts';
import { checkSending } from './sending.ts';
import { checkSlas, MARKETING_SLA } from './slas.ts';

/** CEL's own words: a definition of that name could not be used. */
const CEL_WORDS = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

export function checkPlaybook({ playbook, names }: Workspace, report: Report): void {
  const root = Raw.of(playbook);
  const { problems, warnings } = report;

  const hours = root.get('company').get('workingHours');
  mustBeSpan(hours, { from: '09:00', to: '17:00' }, report);
  mustBeUnique('day', hours.get('days').items(), report);
  const calls = root.get('company').get('callWindow');
  mustBeSpan(calls, { from: '09:00', to: '18:00' }, report);
  mustBeUnique('day', calls.get('days').items(), report);

  const stages = root.get('stages').items();
  mustBeUnique(
    'stage',
    stages.map((stage) => stage.get('id')),
    report,
  );
  const first = stages[0]?.get('when');
  if (first && first.value !== undefined) {
    warnings.push(first.problem('leads start in the first stage whatever its condition says', "no 'when' here", 'key'));
  }

  for (const stage of stages) mustBeUnique('stage of a deal', stage.get('deal').items(), report);
  const lost = root.get('onDealLost');
  mustExist('stage', lost.get('stage'), names.stages, report);
  mustExist('return', lost.get('return'), names.returns, report);

  const reserved = new Set<string>([...VARIABLES, ...Object.keys(HISTORY_FUNCTIONS), ...CEL_WORDS]);
  for (const [name, definition] of root.get('definitions').entries()) {
    if (reserved.has(name)) {
      problems.push(definition.problem(`'${name}' has a meaning in conditions already`, 'another name', 'key'));
    }
  }

  const routes = root.get('routes').items();
  mustBeUnique(
    'route',
    routes.map((route) => route.get('id')),
    report,
  );
  for (const route of routes) mustExist('handoff', route.get('handoff'), names.handoffs, report);

  const replies = root.get('replies');
  mustExist('handoff', replies.get('positive').get('handoff'), names.handoffs, report);
  const returns = playbook.broken
    ? undefined
    : new Set(
        root
          .get('returns')
          .entries()
          .map(([id]) => id),
      );
  mustExist('return', replies.get('not-now').get('return'), returns, report);
  checkExpiry(root.get('expiry'), names, report);
  mustBeUnique('kind', root.get('caps').get('count').items(), report);
  checkSending(root, report);
  checkGroup(root.get('buyingGroup'), report);
  checkPools(root, report);
  for (const [, handoff] of root.get('handoffs').entries()) {
    mustExist('SLA', handoff.get('sla'), names.slas, report);
    if (handoff.get('sla').text === MARKETING_SLA) {
      report.problems.push(handoff.get('sla').problem("'recycle' is marketing's SLA", 'an SLA with accept'));
    }
    mustExist('cadence', handoff.get('cadence'), names.cadences, report);
    mustBeUnique('part', handoff.get('brief').items(), report);
    checkPoolList(root, handoff.get('pools'), names.pools, report);
  }

  checkSlas(root, report);
  checkChat(root.get('chat'), names.handoffs, report);

  for (const [, rule] of root.get('returns').entries()) {
    const recycles = rule.has('recycle');
    const disqualifies = rule.has('disqualify');
    mustExist('cadence', rule.get('recycle'), names.cadences, report);
    mustBeUnique('fact', rule.get('facts').items(), report);
    if (recycles && disqualifies) {
      problems.push(
        rule
          .get('disqualify')
          .problem('a return recycles or disqualifies, not both', "'recycle' or 'disqualify'", 'key'),
      );
    }
    if (typeof rule.value === 'object' && !recycles && !disqualifies) {
      problems.push(rule.problem('this return leads nowhere', "'recycle: CADENCE' or 'disqualify: true'", 'key'));
    }
    if (rule.has('after') && !recycles) {
      problems.push(
        rule.get('after').problem('there is no cadence to pause before', "'recycle: CADENCE' beside it", 'key'),
      );
    }
  }
}

/** The last call needs a cadence and a time, and that time must lie within the silence. */
function checkExpiry(expiry: Raw, { cadences, stages }: Workspace['names'], report: Report): void {
  mustExist('cadence', expiry.get('cadence'), cadences, report);
  const spared = expiry.get('not').items();
  for (const stage of spared.filter(({ text }) => text !== 'open-deal')) mustExist('stage', stage, stages, report);
  mustBeUnique('exception', spared, report);
  for (const [one, other] of [
    ['cadence', 'warn'],
    ['warn', 'cadence'],
  ] as const) {
    if (expiry.has(one) && !expiry.has(other)) {
      const message = `a last call has 'cadence' and 'warn', and here is no '${other}'`;
      report.problems.push(expiry.get(one).problem(message, `'${other}' beside it`, 'key'));
    }
  }
  const [after, warn] = [expiry.get('after').text ?? '', expiry.get('warn').text ?? ''];
  if (isDuration(after) && isDuration(warn) && durationMs(warn) >= durationMs(after)) {
    report.problems.push(expiry.get('warn').problem('this is no shorter than the silence', `less than ${after}`));
  }
}

function checkPools(root: Raw, report: Report): void {
  const pools = root.get('pools').items();
  mustBeUnique(
    'pool',
    pools.map((pool) => pool.get('id')),
    report,
  );
  for (const pool of pools) {
    const id = pool.get('id');
    if (id.text === SAME_ACCOUNT)
      report.problems.push(
        id.problem(`'${SAME_ACCOUNT}' is no pool's name: it is the rep of the account`, 'another name'),
      );
  }
  for (const pool of pools) mustBeUnique('rep', pool.get('reps').items(), report);
}

/** Every lead handed over must find a pool: the last one of the list takes all, and none comes after it. */
function checkPoolList(root: Raw, list: Raw, pools: ReadonlySet<string> | undefined, report: Report): void {
  // The account's own rep is no pool: it is asked before all of them.
  const [first, ...rest] = list.items();
  for (const item of rest) {
    if (item.text === SAME_ACCOUNT)
      report.problems.push(item.problem(`'${SAME_ACCOUNT}' goes before the pools`, `'${SAME_ACCOUNT}' first`));
  }
  const items = list.items().filter(({ text }) => text !== SAME_ACCOUNT);
  if (first && items.length === 0) {
    report.problems.push(list.problem('nobody has a lead whose colleagues nobody has', 'a pool that takes every lead'));
  }
  for (const item of items) mustExist('pool', item, pools, report);
  mustBeUnique('pool', items, report);
  if (!pools || items.length === 0 || items.some(({ text }) => text === undefined || !pools.has(text))) return;
  const conditions = new Map(
    root
      .get('pools')
      .items()
      .map((pool) => [pool.get('id').text, pool.get('when').text?.trim()]),
  );
  const catchAll = items.findIndex(({ text }) => conditions.get(text) === 'true');
  if (catchAll === -1) {
    report.problems.push(
      list.problem('a lead may fit none of these pools', 'a last pool that takes every lead, with when: "true"'),
    );
  }
  for (const item of catchAll === -1 ? [] : items.slice(catchAll + 1)) {
    report.problems.push(
      item.problem(
        `no lead gets as far as '${item.text}': '${items[catchAll]?.text}' takes every one`,
        'the pool that takes every lead last',
      ),
    );
  }
}
