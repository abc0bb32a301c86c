/** Loops beside what a process serves: sweeps, watches, planners. */

export interface Repeating {
  /** Ends the loop; resolves when the run that was under way is over. */
  stop(): Promise<void>;
}

export interface RepeatOptions {
  /** Real ms from the end of one run to the start of the next, so no run overtakes another. */
  readonly everyMs: number;
  /** Whether the first run is at once; otherwise it is after `everyMs`. */
  readonly atOnce?: boolean;
  /** Is told of a run that failed; the next one comes all the same. */
  readonly failed: (err: unknown) => void;
}

/** Runs it again and again until stopped. */
export function startRepeating(
  run: () => Promise<unknown>,
  { everyMs, atOnce = false, failed }: RepeatOptions,
): Repeating {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const once = (): void => {
    running = run()
      .catch(failed)
      .finally(() => {
        if (!stopped) timer = setTimeout(once, everyMs);
      });
  };
  if (atOnce) once();
  else timer = setTimeout(once, everyMs);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
