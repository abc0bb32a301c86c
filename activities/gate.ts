/**
 * One at a time, in the order they came: the making of a touch's message, its commit and its last byte. While
 * somebody is inside, the others of this process begin nothing that takes processor time, so that the answer to the
 * commit is read at once: what a kill can cut off is that wait and nothing else.
 */
export interface Gate {
  /** Resolves when it is this one's turn, with how to leave; leaving twice is leaving once. */
  enter(): Promise<() => void>;
  /** Resolves when nobody is inside. */
  still(): Promise<void>;
}

export function createGate(): Gate {
  let inside = false;
  const waiting: (() => void)[] = [];
  const resting: (() => void)[] = [];
  return {
    async enter() {
      // Whoever leaves hands its place on.
      if (inside) await new Promise<void>((resolve) => waiting.push(resolve));
      inside = true;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const next = waiting.shift();
        inside = next !== undefined;
        if (next !== undefined) next();
        else for (const resolve of resting.splice(0)) resolve();
      };
    },
    async still() {
      while (inside) await new Promise<void>((resolve) => resting.push(resolve));
    },
  };
}
