/** A real browser: Chromium as the machine has it, or the one that VOLLEY_TEST_CHROMIUM names. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** @throws Error that says how to get one */
export function findChromium(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = environment['VOLLEY_TEST_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (runs(named)) return named;
    throw new Error(`VOLLEY_TEST_CHROMIUM names ${named}, which is no program that may be run`);
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(runs);
  if (found !== undefined) return found;
  throw new Error(
    'no Chromium on PATH: install it (Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask chromium), or set VOLLEY_TEST_CHROMIUM to a Chrome or Chromium',
  );
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Its own sandbox refuses to work for root, as containers run tests. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
