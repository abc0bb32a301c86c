/** Cross-checks of `sending`: quiet hours that leave time for mail, windows outside of them, and warm-ups that grow. */
import { domainsOf } from '../../core/sender.ts';
import { didYouMean, oneOfNames } from '../nearest.ts';
import type { Raw } from '../raw.ts';
import { isTime, mustBeUnique, type Report } from './references.ts';

export function checkSending(root: Raw, report: Report): void {
  const sending = root.get('sending');
  checkWarmUps(root, report);
  for (const [, dates] of sending.get('holidays').entries()) mustBeUnique('date', dates.items(), report);
  const quiet = sending.get('quietHours');
  const { from, to } = spanOf(quiet, '', '');
  if (!isTime(from) || from !== to) return;
  report.problems.push(
    quiet.get('to').problem('this is quiet all day: no mail would ever go', `another time than ${from}`),
  );
}

/** A window wholly in quiet hours opens for nobody on the lead's own clock. */
export function checkHeard(window: Raw, quiet: Raw, root: Raw, report: Report): void {
  const { from, to } = spanOf(window, '09:00', '17:00');
  const hours = spanOf(quiet, '', '');
  if (![from, to, hours.from, hours.to].every(isTime) || hours.from === hours.to) return;
  const within = hours.from < hours.to ? from >= hours.from && to <= hours.to : from >= hours.from || to <= hours.to;
  if (!within) return;
  const at = window.value === undefined ? root.get('cadence') : window;
  report.problems.push(
    at.problem(
      `the window ${from} to ${to} lies in the quiet hours, ${hours.from} to ${hours.to}`,
      'a window with time outside of `sending.quietHours`',
    ),
  );
}

const spanOf = (raw: Raw, from: string, to: string) => ({
  from: raw.get('from').text ?? from,
  to: raw.get('to').text ?? to,
});

/** A warm-up of a domain nobody sends from does nothing, and one that falls is a slip of the pen. */
function checkWarmUps(root: Raw, report: Report): void {
  const from = root.get('company').get('from');
  const reps = root
    .get('pools')
    .items()
    .flatMap((pool) => pool.get('reps').items())
    .flatMap(({ text }) => text ?? []);
  const domains = domainsOf(
    from.entries().flatMap(([, { text }]) => text ?? []),
    reps,
  );
  for (const [domain, warmUp] of root.get('sending').get('warmUp').entries()) {
    if (!domains.has(domain)) {
      const expected = oneOfNames(domains, 'a domain that `company.from` or a rep sends from');
      report.problems.push(
        warmUp.problem(`no mail is sent from ${domain}${didYouMean(domain, domains)}`, expected, 'key'),
      );
    }
    const days = warmUp.get('days').items();
    const perReceiver = warmUp.get('perReceiver').items();
    for (const list of [days, perReceiver]) mustNotFall(list, report);
    if (warmUp.has('perReceiver') && perReceiver.length !== days.length) {
      report.problems.push(
        warmUp
          .get('perReceiver')
          .problem(`perReceiver has ${perReceiver.length} of the ${days.length} days`, 'a number for each of `days`'),
      );
    }
    for (const [nth, one] of perReceiver.entries()) {
      const all = days[nth]?.number;
      if (one.number === undefined || all === undefined || one.number <= all) continue;
      report.problems.push(
        one.problem(`${one.number} to one mail domain are more than the ${all} of the day`, `at most ${all}`),
      );
    }
  }
}

function mustNotFall(days: readonly Raw[], report: Report): void {
  for (const [nth, { number: before }] of days.entries()) {
    const after = days[nth + 1];
    if (before === undefined || after?.number === undefined || after.number >= before) continue;
    report.problems.push(
      after.problem(`day ${nth + 2} of a warm-up allows less than the day before, ${before}`, `at least ${before}`),
    );
  }
}
