import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRICES, readPrices } from '../../../src/cli/cost/prices.ts';
import { volley } from '../run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'volley-prices-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(text: string): Promise<string> {
  const file = join(folder, `${Math.random()}.yaml`);
  await writeFile(file, text);
  return file;
}

describe('prices', () => {
  it('are list prices, each with its source, until a file says otherwise', async () => {
    for (const { usd, source } of Object.values(PRICES)) {
      expect(usd).toBeGreaterThan(0);
      expect(source).toMatch(/^https:\/\//);
    }
    const own = await fileOf('temporalActions: 25\nsesMessages: { usd: 0.05, source: our contract }\n');
    const prices = await readPrices(own);
    expect(prices.temporalActions).toEqual({ usd: 25, per: 'million actions', source: own });
    expect(prices.sesMessages).toMatchObject({ usd: 0.05, source: 'our contract' });
    expect(prices.apiCalls).toEqual(PRICES.apiCalls);
  });

  it.each([
    ['temporalActions: 25\nsesMessage: 1\n', 'line 2: sesMessage'],
    ['\ntemporalActions: cheap\n', 'line 2: temporalActions'],
    ['temporalActions: -1\n', 'line 1: temporalActions'],
    ['a: [\n', 'line'],
  ])('%j is refused with its line', async (text, said) => {
    await expect(readPrices(await fileOf(text))).rejects.toThrow(said);
  });
});

describe('volley cost', () => {
  it('shows three sizes side by side, without a system', async () => {
    const { code, out, err } = await volley(['cost'], { env: { VOLLEY_URL: 'http://127.0.0.1:9' } });
    expect(code).toBe(0);
    for (const words of ['1,000 leads', '100,000 leads', '1,000,000 leads', 'messages', 'work (DPU) *'])
      expect(out).toContain(words);
    expect(err).toContain('list prices of');
  });

  it('takes leads, days and prices, and answers JSON with every figure it used', async () => {
    const prices = await fileOf('sesMessages: 1000\n');
    const { code, out } = await volley(['cost', '--leads', '5000', '--days', '90', '--prices', prices, '--json']);
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(document.bills).toHaveLength(1);
    expect(document.bills[0]).toMatchObject({ leads: 5_000, days: 90, worker: 'lambda' });
    const messages = document.bills[0].lines.find((line: { what: string }) => line.what === 'messages');
    expect(messages.usd).toBeCloseTo(messages.quantity, 6);
    // Its timer and its activity.
    expect(document.figures.measured.wake.actions).toBeCloseTo(2, 0);
  });

  it.each([[['--leads', '0']], [['--days', 'x']], [['--worker', 'ec2']], [['--prices', 'nowhere.yaml']]])(
    '%j is wrong use',
    async (args) => {
      expect((await volley(['cost', ...args])).code).toBe(2);
    },
  );
});
