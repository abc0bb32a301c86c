import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createGate } from '../../activities/gate.ts';

it('lets in one at a time, in the order they came, and those who wait for quiet when all have left', async () => {
  const gate = createGate();
  const seen: string[] = [];
  await gate.still();
  const leaveFirst = await gate.enter();
  const second = gate.enter().then((leave) => {
    seen.push('second');
    return leave;
  });
  const quiet = gate.still().then(() => seen.push('quiet'));
  const third = gate.enter().then((leave) => {
    seen.push('third');
    return leave;
  });
  await turnOfTheLoop();
  expect(seen).toEqual([]);
  leaveFirst();
  // Leaving twice must not let two in.
  leaveFirst();
  const leaveSecond = await second;
  await turnOfTheLoop();
  expect(seen).toEqual(['second']);
  leaveSecond();
  const leaveThird = await third;
  await turnOfTheLoop();
  expect(seen).toEqual(['second', 'third']);
  leaveThird();
  await quiet;
  expect(seen).toEqual(['second', 'third', 'quiet']);
  (await gate.enter())();
});
