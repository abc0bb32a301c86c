import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { ROOT, volley } from './run.ts';

const HISTORIES = join(ROOT, 'test', 'workflows', 'histories');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'volley-replay-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('volley replay --histories', () => {
  it('goes on with what the loop recorded, and exits 0', async () => {
    const { code, out } = await volley(['replay', '--histories', HISTORIES]);
    expect(out).toMatch(/^ok {2}9 histories of \d+ events: build [0-9a-f]{16} goes on with all of them\.\n$/);
    expect(code).toBe(0);
  });

  it('names what it cannot go on with, and exits 1', async () => {
    const text = await readFile(join(HISTORIES, '0.1.0-cadence.json'), 'utf8');
    await copyFile(join(HISTORIES, '0.1.0-late-wake.json'), join(folder, 'kept.json'));
    await writeFile(join(folder, 'of-another-loop.json'), text.replaceAll('"advance"', '"retreat"'));
    const { code, out } = await volley(['replay', '--histories', folder, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      histories: [
        {
          replayed: 2,
          failed: [{ of: 'of-another-loop.json', type: 'lead', problem: expect.stringContaining('retreat') }],
        },
      ],
    });
    expect(code).toBe(1);
  });

  it('of a file that is no history says which', async () => {
    await writeFile(join(folder, 'notes.json'), '{}');
    const { code, err } = await volley(['replay', '--histories', folder]);
    expect(err).toContain('notes.json is not the history of a workflow');
    expect(code).toBe(1);
  });
});

describe('volley replay --wakes', () => {
  const recorded = join(ROOT, 'test', 'recordings', VERSION);
  const anHourEarlier = (line: string): string =>
    line.replace(/"wake":\{"at":(\d+)/, (_, at) => `"wake":{"at":${at - 3_600_000}`);

  it('shows by lead and wake what would be decided otherwise, exits 1, and 0 once it is said to be meant', async () => {
    const wakes = join(folder, 'wakes');
    await cp(join(recorded, 'playbooks'), join(wakes, 'playbooks'), { recursive: true });
    const lines = (await readFile(join(recorded, 'wakes.ndjson'), 'utf8')).split('\n');
    const other = lines.findIndex((line) => line !== anHourEarlier(line));
    const { id }: { id: string } = JSON.parse(lines[other] ?? '');
    await writeFile(
      join(wakes, 'wakes.ndjson'),
      lines.map((one, n) => (n === other ? anHourEarlier(one) : one)).join('\n'),
    );
    const wrong = await volley(['replay', '--wakes', wakes]);
    expect(wrong.out).toMatch(/^wrong {2}\d+ recorded wakes: .*, 1 otherwise and nobody said that it is meant\./);
    expect(wrong.out).toContain(`lead ${id.slice(0, id.indexOf('.'))}, `);
    expect(wrong.out).toMatch(/was decided +would be decided now *\nwake +at /);
    expect(wrong.code).toBe(1);
    await writeFile(
      join(wakes, 'meant.yaml'),
      `- { differs: [wake], in: [${id}], why: It was an hour earlier until 0.2 }\n`,
    );
    const meant = await volley(['replay', '--wakes', wakes]);
    expect(meant.out).toMatch(/^ok {2}.* decided the same, 1 otherwise as meant\.\n$/);
    expect(meant.code).toBe(0);
  }, 120_000);
});

it.each([
  [['replay'], 'there is nothing to replay'],
  [['replay', '--histories', 'docs'], 'docs holds no histories'],
])('volley %j is wrong use', async (args, said) => {
  const { code, err } = await volley(args);
  expect(err).toContain(said);
  expect(code).toBe(2);
});
