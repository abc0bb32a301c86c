/**
 * `npm run recordings:renew`: decides the recorded wakes of the version at hand, which is not released yet, anew.
 * The change of decisions is then in the diff of `wakes.ndjson`, for whoever reviews it. Recordings of released
 * versions stay as they are: a difference that is meant is said in their `meant.yaml`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordingsIn } from '../../src/cli/replay/recordings.ts';
import { outcomeNow } from '../../src/core/replay/replay.ts';
import { VERSION } from '../../src/version.ts';

const folder = join(import.meta.dirname, VERSION);
const { recordings, versions } = await recordingsIn(folder);
const lost: string[] = [];
const renewed = recordings.flatMap((recording) => {
  const outcome = outcomeNow(recording, versions);
  if (outcome === undefined) lost.push(recording.id);
  return outcome === undefined ? [] : [{ ...recording, outcome }];
});
await writeFile(join(folder, 'wakes.ndjson'), renewed.map((one) => `${JSON.stringify(one)}\n`).join(''));
process.stdout.write(`${renewed.length} wakes of ${VERSION} decided anew; ${lost.length} left out\n`);
if (lost.length > 0) {
  process.stdout.write(
    `They ask for what was not recorded, or fail; \`npm run demo -- --record ${folder}\` records anew: ${lost.join(', ')}\n`,
  );
  process.exitCode = 1;
}
