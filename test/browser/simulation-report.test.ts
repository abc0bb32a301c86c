/** The report of `volley simulate --html` in a real browser: it reads right, light and dark, and loads nothing. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, volley } from '../cli/run.ts';
import { launch } from './chromium.ts';
import { pageFaults } from './rules.ts';

const SHOTS = join(import.meta.dirname, '../../.volley-screenshots');
let browser: Browser;
let scratch: string;
const pages: Record<string, string> = {};

beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true });
  scratch = await mkdtemp(join(tmpdir(), 'volley-report-'));
  const strict = join(scratch, 'strict');
  await cp(join(ROOT, 'playbook'), strict, { recursive: true });
  const text = await readFile(join(strict, 'playbook.yaml'), 'utf8');
  await writeFile(
    join(strict, 'playbook.yaml'),
    text.replace(/lead: \{ touches: \d+, per: P7D \}/, 'lead: { touches: 1, per: P30D }'),
  );
  const [head = '', ...rows] = (await readFile(join(ROOT, 'playbook/leads.csv'), 'utf8')).split('\r\n');
  await writeFile(join(scratch, 'few.csv'), [head, ...rows.slice(0, 60)].join('\r\n'));
  const run = async (name: string, ...args: string[]): Promise<void> => {
    pages[name] = join(scratch, `${name}.html`);
    const common = ['--from', '2026-11-23', '--days', '45', '--leads', join(scratch, 'few.csv'), '--html', pages[name]];
    const { code, err } = await volley(['simulate', join(ROOT, 'playbook'), ...common, ...args]);
    if (code !== 0) throw new Error(err);
  };
  await Promise.all([
    launch().then((one) => {
      browser = one;
    }),
    run('alone'),
    run('beside', '--against', strict, '--seeds', '3'),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await rm(scratch, { recursive: true, force: true });
});

describe.each(['alone', 'beside'])('the report of a playbook %s', (name) => {
  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['dark', 375],
  ] as const)('reads right, %s and %i wide, and asks for nothing', async (colorScheme, width) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, offline: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    const address = pathToFileURL(pages[name] ?? '').href;
    await page.goto(address);
    expect(await pageFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(asked.filter((url) => url !== address && !url.startsWith('data:'))).toEqual([]);
    // Every plot has lines that are there to be seen, and says in words what it shows.
    const plots = await page.$$eval('.plot svg', (all) =>
      all.map((svg) => ({
        label: svg.getAttribute('aria-label') ?? '',
        lines: svg.querySelectorAll('polyline').length,
        high: svg.getBoundingClientRect().height,
        wide: svg.getBoundingClientRect().width,
      })),
    );
    expect(plots.length).toBeGreaterThan(8);
    for (const { label, lines, high, wide } of plots) {
      expect(label).toMatch(/at most \d/);
      expect(lines).toBeGreaterThanOrEqual(name === 'beside' ? 2 : 1);
      expect(high).toBeGreaterThan(100);
      expect(wide).toBeGreaterThan(150);
    }
    await page.screenshot({ path: join(SHOTS, `simulation-${name}-${colorScheme}-${width}.png`), fullPage: true });
    await context.close();
  });
});
