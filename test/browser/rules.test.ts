import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findChromium, launch } from './chromium.ts';
import { pageFaults } from './rules.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const page = (body: string): string =>
  `<!doctype html><html lang="en"><head><title>t</title><meta name="viewport" content="width=device-width"></head><body><main><h1>h</h1>${body}</main></body></html>`;

it.each([
  ['<p style="color:#999;background:#fff">pale</p>', 'has a contrast of 2.85'],
  ['<p style="font-size:9px">small</p>', 'is 9px high'],
  ['<div style="width:3000px">wide</div>', 'too wide'],
  ['<img src="data:image/png;base64,AAAA" alt="x">', 'an image is broken'],
  ['<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">', 'has no alt'],
  ['<a href="/x"></a><a href="/y"><i style="display:inline-block;width:9px;height:9px"></i></a>', 'a <a> says nothing'],
  ['<input name="q">', 'a field has no label'],
  ['<h3>jump</h3>', 'a heading jumps from h1 to h3'],
  ['<h1>another</h1>', 'the page has not one h1'],
])('the rules find what is wrong with %s', async (body, fault) => {
  const tab = await browser.newPage();
  await tab.setContent(page(body), { waitUntil: 'load' });
  expect((await pageFaults(tab)).join('\n')).toContain(fault);
  await tab.setContent(page('<p>fine</p>'));
  expect(await pageFaults(tab)).toEqual([]);
  await tab.close();
});

it('without a browser it says how to get one', () => {
  expect(() => findChromium({ PATH: '/nowhere' })).toThrow('apt-get install chromium');
  expect(() => findChromium({ VOLLEY_TEST_CHROMIUM: '/nowhere/chrome' })).toThrow('/nowhere/chrome');
});
