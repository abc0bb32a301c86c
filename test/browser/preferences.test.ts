/** The preference page in a browser without scripts: by its labels, by keyboard, under its own policy. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { signToken } from '../../src/email/tokens.ts';
import { openApi, SECRET, type TestApi } from '../api/support/api.ts';
import { launch } from './chromium.ts';

let browser: Browser;
let api: TestApi;
let http: HttpServer;

beforeAll(async () => {
  [browser, api] = await Promise.all([launch(), openApi({ kind: 'pglite' })]);
  http = await listen((request) => api.app.fetch(request), { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await browser?.close();
  await http?.close();
  await api?.close();
});

async function opened(email: string): Promise<{ leadId: string; page: Page }> {
  const leadId = await api.lead(email);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${http.url}/u/${signToken(SECRET, { leadId, purpose: 'marketing' })}`);
  return { leadId, page };
}
const preferences = async (leadId: string) => (await api.call(`GET /v1/leads/${leadId}`)).body.preferences;

describe('without scripts', () => {
  it('a topic is declined by its label, a pause begun and ended, and the page says what holds', async () => {
    const { leadId, page } = await opened('boxes@client.example');
    await page.getByLabel('What it costs and saves').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByRole('status').textContent()).toContain('saved');
    expect(await page.getByLabel('What it costs and saves').isChecked()).toBe(false);
    expect((await preferences(leadId)).declined).toEqual(['roi']);
    await page.getByRole('button', { name: 'Pause for a month' }).click();
    await page.getByText('No marketing emails until').waitFor();
    await page.getByRole('button', { name: 'End the pause' }).click();
    await page.getByRole('button', { name: 'Pause for a month' }).waitFor();
    expect(await preferences(leadId)).toEqual({ declined: ['roi'], pausedUntil: null });
    await page.context().close();
  });

  it('by keyboard alone the first stop is to leave, and the next to come back', async () => {
    const { page } = await opened('keys@client.example');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('You get no more marketing emails from Northwind.').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('You are subscribed again.').waitFor();
    await page.context().close();
  });
});
