/** What released versions decided and left behind, against the build at hand: a difference has to be meant. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Recordings, recordingsIn } from '../src/cli/replay/recordings.ts';
import { showWakes } from '../src/cli/replay/show.ts';
import { isRight, readMeant, replayWakes } from '../src/cli/replay/wakes.ts';
import { nextOf } from '../src/core/replay/recording.ts';
import { leadStateSchema } from '../src/core/state.ts';
import { STATE_VERSION, upcastState } from '../src/core/state-versions.ts';
import { VERSION } from '../src/version.ts';

const root = join(import.meta.dirname, 'recordings');
const entries = await readdir(root, { withFileTypes: true });
const versions = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

const loaded = new Map<string, Promise<Recordings>>();
const load = (version: string): Promise<Recordings> => {
  const found = loaded.get(version) ?? recordingsIn(join(root, version));
  loaded.set(version, found);
  return found;
};
async function meantOf(version: string) {
  const file = join(root, version, 'meant.yaml');
  return access(file).then(
    () => readMeant(file),
    () => [],
  );
}

it('the version at hand has recordings', () => {
  expect(versions).toContain(VERSION);
});

describe.each(versions)('recordings of %s', (version) => {
  it('are decided as they were, or otherwise as meant', async () => {
    const report = replayWakes(await load(version), await meantOf(version));
    const what = version === VERSION ? 'npm run recordings:renew' : `${root}/${version}/meant.yaml`;
    expect(isRight(report), `${showWakes(report)}\n\nIf that is meant: ${what} (docs/engine.md)`).toBe(true);
    expect(report.replayed).toBeGreaterThan(50);
  });

  it('have states that come out whole as of this version, before and after', async () => {
    const { recordings } = await load(version);
    for (const { state, outcome } of recordings) {
      for (const document of [state, nextOf(state, outcome)]) {
        const upcast = upcastState(document);
        if (upcast.kind !== 'current') throw new Error(`a state of ${version} is ${upcast.kind}`);
        // A field that the schema does not have would be dropped by reading it.
        expect(leadStateSchema.parse(upcast.document)).toEqual(upcast.document);
        expect(upcast.document).toMatchObject({ v: STATE_VERSION });
      }
    }
  });

  it('are small, and of people who do not exist', async () => {
    const text = await readFile(join(root, version, 'wakes.ndjson'), 'utf8');
    expect(text.length).toBeLessThan(1_500_000);
    const addresses = [...text.matchAll(/[\w.+-]+@[\w.-]+/g)].map(([address]) => address);
    // The example leads with free mail say that they are made up.
    const madeUp = (address: string): boolean => address.endsWith('.example') || /\.fictional\d*@/.test(address);
    expect(addresses.filter((address) => !madeUp(address))).toEqual([]);
  });

  it('show every way a decision can go that the demo knows', async () => {
    const { recordings } = await load(version);
    const kinds = new Set(recordings.flatMap(({ outcome }) => outcome.effects.map(({ kind }) => kind)));
    expect([...kinds]).toEqual(
      expect.arrayContaining(['journal', 'enrollment', 'task.open', 'task.close', 'touch.skip', 'touch.end']),
    );
    expect(recordings.some(({ outcome }) => outcome.touch !== undefined)).toBe(true);
    expect(recordings.some(({ inputs }) => inputs.some(({ body }) => body.kind === 'task.answered'))).toBe(true);
  });
});
