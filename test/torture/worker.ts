/**
 * The worker as `volley worker` runs it, with one thing more: told to over IPC, it kills itself (SIGKILL) at the
 * next touch that comes to a point, after saying which touch that was.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { runWorker } from '../../src/cli/worker.ts';
import { readConfig } from '../../src/config.ts';
import { buildIdOf } from '../../src/worker/bundle.ts';
import { POINTS, type Point } from './points.ts';

const setupSchema = z.object({ bundle: z.string(), placed: z.string(), giveUpMs: z.number() });
export type WorkerSetup = z.infer<typeof setupSchema>;
const armSchema = z.enum(POINTS);

const setup = setupSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const code = readFileSync(setup.bundle, 'utf8');
let armed: Point | undefined;
process.on('message', (message) => {
  armed = armSchema.parse(message);
});
// A driver that was killed leaves nobody to stop this.
let asked = false;
process.on('disconnect', () => {
  if (!asked) process.exit(1);
});

const reached = (point: Point, about: { leadId: string; touchId?: string }): void => {
  if (armed !== point) return;
  appendFileSync(setup.placed, `${JSON.stringify({ point, ...about })}\n`);
  process.kill(process.pid, 'SIGKILL');
};

await runWorker(readConfig(), {
  bundle: { code, buildId: buildIdOf(code) },
  giveUpMs: setup.giveUpMs,
  onPoint: async (point, about) => reached(point, about),
  around: (activities) => ({
    async advance(leadId) {
      const answer = await activities.advance(leadId);
      reached('completing', { leadId });
      return answer;
    },
  }),
});
asked = true;
process.disconnect();
