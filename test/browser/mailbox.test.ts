import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './chromium.ts';
import { faultsOf, pageFaults } from './rules.ts';
import { LEAD, startYear, type Year } from './year.ts';

/** To look at, when a rule is broken or a rule is missing; not kept in git. */
const SHOTS = join(import.meta.dirname, '../../.volley-screenshots');
const LOOKS = [
  { scheme: 'light', width: 1280, height: 900 },
  { scheme: 'dark', width: 1280, height: 900 },
  { scheme: 'light', width: 375, height: 812 },
  { scheme: 'dark', width: 375, height: 812 },
] as const;
type Look = (typeof LOOKS)[number];

let browser: Browser;
let year: Year;
beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true });
  [browser, year] = await Promise.all([launch(), startYear()]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), year?.close()]);
});

/** A page of its own, and what the browser complains about while it is there. */
async function open({ scheme, width, height }: Look): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Letters load nothing here: their pictures are on the Internet.
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  return { page, complaints };
}
const shot = (page: Page, name: string, { scheme, width }: Look, fullPage = true): Promise<Buffer> =>
  page.screenshot({ path: join(SHOTS, `${name}-${scheme}-${width}.png`), fullPage });

describe.each(LOOKS)('$scheme, $width wide', (look) => {
  it('a year of a lead’s mail can be looked through: people, one person, each message to the next', async () => {
    const { page, complaints } = await open(look);
    await page.goto(year.mailbox.url);
    expect(await pageFaults(page)).toEqual([]);
    await shot(page, 'list', look);
    await page.getByRole('link', { name: 'People', exact: true }).click();
    expect(await pageFaults(page)).toEqual([]);
    await shot(page, 'people', look);
    await page.getByRole('link', { name: LEAD.email }).click();
    expect(await pageFaults(page)).toEqual([]);
    await shot(page, 'person', look);

    const times = await page
      .locator('time')
      .evaluateAll((all) => all.map((one) => Date.parse(one.getAttribute('datetime') ?? '')));
    expect(times).toHaveLength(year.sent);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect((times[0] ?? 0) - (times.at(-1) ?? 0)).toBeGreaterThan(330 * 86_400_000);
    expect(await page.locator('h2.day').count()).toBeGreaterThanOrEqual(12);

    await page.locator('ol.line a').first().click();
    for (let n = 0; n < 3; n += 1) {
      expect(await pageFaults(page)).toEqual([]);
      if (n === 0) await shot(page, 'message', look);
      await page.getByRole('link', { name: '← Older' }).click();
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('every letter reads right by itself', async () => {
    const { page } = await open(look);
    const faults: string[] = [];
    for (const [id, html] of year.letters) {
      await page.setContent(html, { waitUntil: 'load' });
      faults.push(...(await faultsOf(page)).map((fault) => `${id}: ${fault}`));
      // A body of MJML has the look its author gave it; ours say that they know the dark.
      if (look.scheme === 'dark' && html.includes('name="color-scheme" content="light dark"')) {
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const dark = (ground.match(/[\d.]+/g) ?? []).slice(0, 3).every((part) => Number(part) < 80);
        if (!dark) faults.push(`${id}: it stays light in the dark (${ground})`);
      }
    }
    await shot(page, 'letter', look);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
