/** A binary heap: the next thing in time, and among things at one instant the lowest number first. */
import type { Instant } from './time.ts';

export interface Due {
  readonly at: Instant;
  /** Breaks ties, so that the order never depends on how things were put in. */
  readonly order: number;
}

export interface DueQueue<T extends Due> {
  push(item: T): void;
  pop(): T | undefined;
}

const earlier = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export function createDueQueue<T extends Due>(): DueQueue<T> {
  const heap: T[] = [];
  const at = (i: number): T => heap[i] as T;
  const swap = (i: number, j: number): void => {
    [heap[i], heap[j]] = [at(j), at(i)];
  };
  return {
    push(item) {
      heap.push(item);
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!earlier(at(i), at(parent))) break;
        swap(i, parent);
        i = parent;
      }
    },
    pop() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first;
      heap[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < heap.length && earlier(at(child), at(least))) least = child;
        if (least === i) return first;
        swap(i, least);
        i = least;
      }
    },
  };
}
