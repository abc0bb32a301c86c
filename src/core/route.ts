/** Routes: paths to sales that fire when they turn true by something the lead did. */
import { addDuration } from './calendar.ts';
import type { Draft } from './draft.ts';
import type { Route } from './playbook.ts';
import type { LeadState } from './state.ts';
import { SINCE_RETURN, viewOf } from './view.ts';

/** Every route with whether it holds now, counting signals since the last return. */
export function evaluateRoutes(d: Draft): { id: string; route: Route; on: boolean }[] {
  const scope = viewOf(d.state, d.facts, d.playbooks.current, d.t, SINCE_RETURN);
  return d.playbooks.current.routes.map((route) => ({ id: route.id, route, on: route.when.test(scope) }));
}

/**
 * The route that fires now, if any: it turned true since it last was false, by a human signal newer
 * than the last custody change. One that turned true by other means stays armed for the next one.
 */
export function firingRoute(d: Draft): Route | undefined {
  if (d.state.objected) return undefined;
  let fires: Route | undefined;
  for (const { id, route, on } of evaluateRoutes(d)) {
    const was = d.state.routes[id] ?? { on: false, armed: false };
    const armed = on && (was.armed || !was.on);
    const rested =
      route.againAfter === undefined ||
      was.firedAt === undefined ||
      addDuration(was.firedAt, route.againAfter, 'UTC') <= d.t;
    const answers = armed && d.humanNow && rested;
    // While sales has the lead the rep sees the signal; it must not hand the lead over again later.
    const used = answers || (armed && d.humanNow && d.state.custody.who === 'sales');
    if (answers && !fires && d.state.custody.who !== 'sales' && !d.state.disqualified) {
      fires = route;
      setRoute(d, id, { on, armed: false, firedAt: d.t });
    } else {
      setRoute(d, id, { ...was, on, armed: armed && !used });
    }
  }
  return fires;
}

/** Keeps how a route stands; most of the time it stands as before. */
export function setRoute({ state }: Draft, id: string, is: LeadState['routes'][string]): void {
  const was = state.routes[id];
  if (was !== undefined && was.on === is.on && was.armed === is.armed && was.firedAt === is.firedAt) return;
  state.routes = { ...state.routes, [id]: is };
}
