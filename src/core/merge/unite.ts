/**
 * What two states of one person say together, where neither has to give way: what was seen, done and
 * counted by either was seen, done and counted by the person. Custody and runs are merge.ts's.
 */
import { TOUCHES_KEPT } from '../caps.ts';
import { keptDeals } from '../deal.ts';
import { EARLIER_KEPT } from '../earlier.ts';
import { type LeadState, SIGNALS_KEPT } from '../state.ts';

type SignalLog = LeadState['signals'][string];
type Routes = LeadState['routes'];

/** The later of two instants that may be missing. */
export const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);

const ascending = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b].sort((x, y) => x - y);

function both<T>(
  a: Readonly<Record<string, T>> = {},
  b: Readonly<Record<string, T>> = {},
  join: (a: T, b: T) => T,
): Record<string, T> {
  const out: Record<string, T> = { ...a };
  for (const [key, theirs] of Object.entries(b)) {
    const ours = a[key];
    out[key] = ours === undefined ? theirs : join(ours, theirs);
  }
  return out;
}

function joinLogs(a: SignalLog, b: SignalLog): SignalLog {
  const at = ascending(a.at, b.at).slice(-SIGNALS_KEPT);
  const first = at[0] ?? 0;
  const machine = ascending(a.machine ?? [], b.machine ?? []).filter((x) => x >= first);
  return { n: a.n + b.n, at, ...(machine.length === 0 ? {} : { machine }) };
}

/** A route that took either of them to sales has taken the person there. */
function joinRoutes(a: Routes, b: Routes): Routes {
  return both(a, b, (x, y) => {
    const used = (x.on && !x.armed) || (y.on && !y.armed);
    const firedAt = latest(x.firedAt, y.firedAt);
    return { on: x.on || y.on, armed: (x.armed || y.armed) && !used, ...(firedAt === undefined ? {} : { firedAt }) };
  });
}

/** Clicks kept per step; see apply.ts. */
const CLICKS_KEPT = 20;

/**
 * `into` with what `from` adds. Stage, custody, runs, and what keeps a lead out of reach stay `into`'s.
 * Neither is changed.
 */
export function uniteHistories(into: LeadState, from: LeadState): LeadState {
  const united: LeadState = {
    ...into,
    signals: both(into.signals, from.signals, joinLogs),
    clicks: both(into.clicks, from.clicks, (a, b) => ascending(a, b).slice(-CLICKS_KEPT)),
    seen: both(into.seen, from.seen, Math.max),
    past: both(into.past, from.past, (a, b) => ({ n: a.n + b.n, endedAt: Math.max(a.endedAt, b.endedAt) })),
    routes: joinRoutes(into.routes, from.routes),
    sending: [...into.sending, ...from.sending],
    dampened: [...into.dampened, ...from.dampened].sort((a, b) => a.at - b.at),
    events: [...new Set([...into.events, ...from.events])],
  };
  if (into.deals ?? from.deals) {
    united.deals = keptDeals(both(into.deals, from.deals, (a, b) => (b.at > a.at ? b : a)));
  }
  if (into.earlier ?? from.earlier) {
    const all = [...(into.earlier ?? []), ...(from.earlier ?? [])].sort((a, b) => a.to - b.to);
    united.earlier = all.slice(-EARLIER_KEPT);
  }
  if (into.chats ?? from.chats) united.chats = { ...from.chats, ...into.chats };
  // The person is in the group it came into first.
  if (into.experiments ?? from.experiments) {
    united.experiments = both(into.experiments, from.experiments, (a, b) => (b.at < a.at ? b : a));
  }
  if (into.labels ?? from.labels) united.labels = both(into.labels, from.labels, (a, b) => a || b);
  if (into.touched ?? from.touched) {
    united.touched = both(into.touched, from.touched, (a, b) => ascending(a ?? [], b ?? []).slice(-TOUCHES_KEPT));
  }
  for (const key of ['stageBackAt', 'meetingAt', 'humanAt', 'returnedAt', 'agreedAt'] as const) {
    const at = latest(into[key], from[key]);
    if (at !== undefined) united[key] = at;
  }
  if (into.context ?? from.context) {
    united.context = both(into.context, from.context, (a, b) => (b && (!a || b.at > a.at) ? b : a));
  }
  if (into.looked ?? from.looked) united.looked = both(into.looked, from.looked, Math.max);
  if (into.finding ?? from.finding) united.finding = [...(into.finding ?? []), ...(from.finding ?? [])];
  // Tasks of either are the person's now, and may be reopened.
  if (into.found ?? from.found) united.found = [...(into.found ?? []), ...(from.found ?? [])];
  if (from.quiet && from.quiet.until > (into.quiet?.until ?? 0)) united.quiet = from.quiet;
  const said = [into.said, from.said]
    .flatMap((one) => one ?? [])
    .sort((a, b) => a.at - b.at)
    .at(-1);
  if (said) united.said = said;
  // Who owes a touch sooner owes it to the person.
  if (from.resume && (!into.resume || from.resume.by < into.resume.by)) united.resume = from.resume;
  return united;
}
