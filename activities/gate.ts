/** At most so many at once, in the order they came. */
export interface Gate {
  /** Resolves when it is this one's turn, with how to leave; leaving twice is leaving once. */
  enter(): Promise<() => void>;
}

export function createGate(width: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return {
    async enter() {
      if (inside < width) inside += 1;
      // Whoever leaves hands its place on.
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const next = waiting.shift();
        if (next === undefined) inside -= 1;
        else next();
      };
    },
  };
}
