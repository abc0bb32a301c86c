import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).default({}) }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')));

/** npm writes only what it could reach, and `npm ci` of npm 11 then refuses the whole lock. */
it('the lock names the binaries of every platform', () => {
  const locked = new Set(Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  const wanted = Object.values(lock.packages).flatMap((one) => Object.keys(one.optionalDependencies));
  expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
});
