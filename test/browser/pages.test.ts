import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { signAnswerToken } from '../../src/email/answer-tokens.ts';
import { signToken } from '../../src/email/tokens.ts';
import { openApi, SECRET, type TestApi } from '../api/support/api.ts';
import { launch } from './chromium.ts';
import { pageFaults } from './rules.ts';

const SHOTS = join(import.meta.dirname, '../../.volley-screenshots');
let browser: Browser;
let api: TestApi;
let http: HttpServer;
const paths: Record<string, string> = {};

beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true });
  [browser, api] = await Promise.all([launch(), openApi({ kind: 'pglite' })]);
  http = await listen((request) => api.app.fetch(request), { host: '127.0.0.1', port: 0 });
  const { leadId, task } = await api.offered('ada@client.example');
  paths['docs'] = '/docs';
  paths['answer'] = `/a/${signAnswerToken(SECRET, { task: task.id, answer: 'accept', rep: task.assignee }, api.now)}`;
  paths['unsubscribe'] = `/u/${signToken(SECRET, { leadId, purpose: 'marketing' })}`;
});
afterAll(async () => {
  await browser?.close();
  await http?.close();
  await api?.close();
});

describe.each(['docs', 'answer', 'unsubscribe'])('the page %s', (name) => {
  it.each([
    ['light', 1280],
    ['dark', 375],
  ] as const)('reads right, %s and %i wide, and the browser complains of nothing', async (colorScheme, width) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    const answer = await page.goto(http.url + paths[name]);
    expect(answer?.status()).toBe(200);
    expect(await pageFaults(page)).toEqual([]);
    await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${width}.png`) });
    expect(complaints).toEqual([]);
    await context.close();
  });
});
