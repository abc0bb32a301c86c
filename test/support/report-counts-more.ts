/** The same for what both teams meet about, for content and for money. */
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY, type Instant } from '../../src/core/time.ts';
import { contactsOf, handoffsOf, median, rate, type Span, staysOf, within } from './report-counts.ts';
import { dealsFor, type Journalled, lastOf, leftOf, type TestDeal } from './report-world.ts';

const wonAt = (lead: Journalled, from: Instant, to: Instant): boolean =>
  lead.entries.some(
    (one) => one.type === 'stage.changed' && one.data['to'] === 'customer' && one.at >= from && one.at < to,
  );

/** A win in the period that no lower stage follows within it, or that a deal won in it stands for. */
const keptWin = (
  { entries, id }: Journalled,
  { stages }: Playbook,
  span: Span,
  bought: ReadonlySet<string>,
): boolean => {
  const rank = (id: unknown): number => stages.findIndex((stage) => stage.id === id);
  const moves = entries.filter((one) => one.type === 'stage.changed' && one.at < span.to);
  const back = bought.has(id) ? -1 : moves.findLastIndex(({ data }) => rank(data['to']) < rank('customer'));
  return moves.some(({ at, data }, n) => n > back && data['to'] === 'customer' && at >= span.from);
};

/** Sorted as the report sorts: the most first, then by name. */
const ranked = (names: readonly string[]): [string, number][] =>
  [...Map.groupBy(names, (name) => name)]
    .map(([name, all]): [string, number] => [name, all.length])
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));

/** The first contact of sales after an offer, while sales has the lead. */
const reached = (lead: Journalled, playbook: Playbook, from: Instant, to: Instant): Instant | undefined =>
  contactsOf(lead, playbook, from, to)[0]?.at;

export function meetingOf(leads: readonly Journalled[], playbook: Playbook, span: Span) {
  const entries = leads.flatMap((lead) => lead.entries);
  const handoffs = leads.flatMap(handoffsOf);
  const gained = (label: string): number =>
    leads.filter((lead) =>
      lead.entries.some((one) => one.type === 'label.gained' && one.data['label'] === label && within(one.at, span)),
    ).length;
  const offered = handoffs.filter((one) => within(one.at, span));
  const accepted = handoffs.filter((one) => one.accepted && within(one.accepted.at, span)).length;
  const demos = entries.filter(
    (one) =>
      one.type === 'signal.received' &&
      one.data['type'] === 'meeting.held' &&
      within(Number(one.data['signalAt']), span),
  ).length;
  const wins = dealsFor(leads).filter((deal) => inSpan(deal, span).won);
  const bought = new Set(wins.flatMap((deal) => deal.leads.map(({ id }) => id)));
  const won = leads.filter((lead) => keptWin(lead, playbook, span, bought)).length;
  const sql = gained('sql');
  const speeds = offered.flatMap((one) => {
    const at = reached(one.lead, playbook, one.at, one.ended?.at ?? Number.POSITIVE_INFINITY);
    return at === undefined ? [] : [(at - one.at) / 3_600_000];
  });
  const latest = [...Map.groupBy(offered, (one) => one.lead.id).values()].flatMap((all) => all.at(-1) ?? []);
  const became = latest.map((one) => {
    if (wonAt(one.lead, one.at, Number.POSITIVE_INFINITY)) return 'won';
    if (!one.ended) return one.accepted ? 'with sales' : 'waits for an answer';
    if (one.returned) return `given back: ${one.returned.reason}`;
    if (one.ended.reason === 'sla-breached') return 'not answered in time';
    return one.ended.reason === 'step' ? 'given back by the cadence' : one.ended.reason;
  });
  const quiet = offered.filter((one) => {
    if (!one.accepted || one.ended || wonAt(one.lead, 0, Number.POSITIVE_INFINITY)) return false;
    const last = one.lead.entries.findLast(
      ({ type, at }) =>
        at < span.to && ['touch.sent', 'task.answered', 'signal.received', 'handoff.accepted'].includes(type),
    );
    return last !== undefined && last.at < span.to - 14 * DAY;
  }).length;
  const figures: Record<string, number | null> = {
    leads: leads.filter((lead) => within(lead.createdAt, span)).length,
    mql: gained('mql'),
    sql,
    offered: offered.length,
    accepted,
    demos,
    demoRate: rate(demos, accepted),
    won,
    sqlToSale: rate(won, sql),
    closuresAMonth: Math.round((won / ((span.to - span.from) / DAY / 30.4375)) * 1e4) / 1e4,
    contacted: speeds.length,
    medianHoursToContact: median(speeds),
  };
  const back = handoffs.filter((one) => one.returned && one.ended && within(one.ended.at, span));
  return { figures, returns: ranked(back.map((one) => one.returned?.reason ?? '')), became: ranked(became), quiet };
}

export function contentOf(leads: readonly Journalled[], playbook: Playbook, span: Span) {
  const stages = playbook.stages.map(({ id }) => id);
  const sent = leads.flatMap((lead) => {
    const stays = staysOf(lead, stages, Number.POSITIVE_INFINITY);
    return lead.entries.flatMap((entry) => {
      const cadence = playbook.cadences[entry.cadence ?? ''];
      if (entry.type !== 'touch.sent' || cadence?.purpose !== 'marketing' || !within(entry.at, span)) return [];
      const step = cadence.steps[entry.step ?? ''];
      const stay = stays.findLast((one) => one.at <= entry.at);
      const topic = (step?.kind === 'email' || step?.kind === 'pick' ? step.topic : undefined) ?? 'none';
      const onward = stages.indexOf(stay?.next?.stage ?? '') > stages.indexOf(stay?.stage ?? '');
      const moved = stay?.next !== undefined && onward && stay.next.at <= entry.at + 30 * DAY;
      return [{ stage: stay?.stage ?? '', topic, email: String(entry.data['email']), moved }];
    });
  });
  const topics = [...Map.groupBy(sent, ({ stage, topic }) => `${stage} ${topic}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, all]) => ({
      stage: all[0]?.stage,
      topic: all[0]?.topic,
      sent: all.length,
      movedOn: all.filter(({ moved }) => moved).length,
    }));
  const middle = stages.slice(0, stages.indexOf('customer')).map((stage) => {
    const here = sent.filter((one) => one.stage === stage);
    return { stage, emails: new Set(here.map(({ email }) => email)).size, sent: here.length };
  });
  const notWithSales = leads.filter((lead) => lastOf(lead, 'custody.changed')?.data['to'] !== 'sales');
  return {
    topics,
    middle,
    notWithSales: notWithSales.length,
    nothingLeft: notWithSales.filter((lead) => leftOf(lead, playbook) === 0).length,
  };
}

const inSpan = (deal: TestDeal, span: Span) => ({
  opened: within(deal.openedAt, span),
  won: deal.wonAt !== undefined && within(deal.wonAt, span),
});

export function dealsOf(leads: readonly Journalled[], span: Span) {
  const deals = dealsFor(leads).filter((deal) => inSpan(deal, span).opened || inSpan(deal, span).won);
  return [...new Set(deals.map(({ currency }) => currency))].sort().map((currency) => {
    const opened = deals.filter((deal) => deal.currency === currency && inSpan(deal, span).opened);
    const won = deals.filter((deal) => deal.currency === currency && inSpan(deal, span).won);
    return {
      currency,
      opened: opened.length,
      pipeline: opened.reduce((sum, { cents }) => sum + cents, 0) / 100,
      won: won.length,
      revenue: won.reduce((sum, { wonCents }) => sum + wonCents, 0) / 100,
    };
  });
}

/** Pipeline by the cadence of the first or last email before the deal. */
export function creditsOf(leads: readonly Journalled[], span: Span, model: 'first' | 'last'): Record<string, number> {
  const credits: Record<string, number> = {};
  for (const deal of dealsFor(leads)) {
    if (!inSpan(deal, span).opened && !inSpan(deal, span).won) continue;
    const touches = deal.leads
      .flatMap(({ id, entries }) => entries.map((entry) => ({ ...entry, touch: `${id}.${entry.seq}` })))
      .filter((entry) => entry.type === 'touch.sent' && entry.at <= deal.openedAt)
      // Of two emails at one instant the touch's id decides, as in the report.
      .sort((a, b) => a.at - b.at || (a.touch < b.touch ? -1 : 1));
    const point = model === 'first' ? touches[0] : touches.at(-1);
    const name = `${deal.currency} ${point?.cadence ?? 'none'}`;
    credits[name] = (credits[name] ?? 0) + (inSpan(deal, span).opened ? deal.cents : 0);
  }
  return Object.fromEntries(Object.entries(credits).map(([name, cents]) => [name, cents / 100]));
}
