/** The mail service's quota in a simulation: who may send waits in line, and the first in it goes when there is room. */
import { DAY, HOUR, type Instant, iso, SECOND } from './time.ts';

export interface Quota {
  readonly perSecond: number;
  /** In any 24 hours. */
  readonly perDay?: number;
}

/** What the quota did to the plan. */
export interface Paced extends Quota {
  /** Messages that did not go at the moment they were due. */
  readonly waited: number;
  /** Ms. */
  readonly longestWait: number;
  /** The most that went in any second, and in any 24 hours. */
  readonly most: { readonly second: number; readonly day: number };
  readonly first: string | null;
  readonly last: string | null;
  /** The plan, hours with nothing left out. */
  readonly hours: readonly { readonly from: string; readonly sent: number }[];
  /** Still in line at the end. */
  readonly left: number;
}

export interface Pace {
  /** The first instant from `now` on at which one more message may go. */
  freeAt(now: Instant): Instant;
  /** One has gone; calls are in the order of time. */
  sent(at: Instant, dueAt: Instant): void;
  result(left: number): Paced;
}

export function createPace(quota: Quota): Pace {
  const gone: Instant[] = [];
  const [waits, limits] = [
    { waited: 0, longestWait: 0 },
    [
      { most: quota.perSecond, span: SECOND },
      ...(quota.perDay === undefined ? [] : [{ most: quota.perDay, span: DAY }]),
    ],
  ];
  /** The most that any span holds, by its first message. */
  const most = (span: number): number => {
    let [highest, from] = [0, 0];
    for (let to = 0; to < gone.length; to += 1) {
      while ((gone[to] ?? 0) - (gone[from] ?? 0) >= span) from += 1;
      highest = Math.max(highest, to - from + 1);
    }
    return highest;
  };
  return {
    freeAt: (now) =>
      limits.reduce((free, { most, span }) => Math.max(free, (gone[gone.length - most] ?? now - span) + span), now),
    sent(at, dueAt) {
      gone.push(at);
      if (at > dueAt) waits.waited += 1;
      waits.longestWait = Math.max(waits.longestWait, at - dueAt);
    },
    result: (left) => ({
      ...quota,
      ...waits,
      most: { second: most(SECOND), day: most(DAY) },
      first: gone[0] === undefined ? null : iso(gone[0]),
      last: gone.length === 0 ? null : iso(gone.at(-1) ?? 0),
      hours: [...Map.groupBy(gone, (at) => Math.floor(at / HOUR))].map(([hour, all]) => ({
        from: iso(hour * HOUR),
        sent: all.length,
      })),
      left,
    }),
  };
}

/** Who waits for room, first come first served; nobody is in it twice. */
export interface Line {
  readonly length: number;
  join(order: number): void;
  shift(): number | undefined;
}

export function createLine(): Line {
  const orders: number[] = [];
  const there = new Set<number>();
  let head = 0;
  return {
    get length() {
      return orders.length - head;
    },
    join(order) {
      if (there.has(order)) return;
      there.add(order);
      orders.push(order);
    },
    shift() {
      const order = orders[head];
      if (order === undefined) return undefined;
      head += 1;
      there.delete(order);
      return order;
    },
  };
}
