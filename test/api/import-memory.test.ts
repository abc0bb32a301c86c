import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importPage } from '../../activities/import.ts';
import { openApi, type TestApi } from './support/api.ts';

/** On a server: PGlite would hold the rows in this very process. */
let api: TestApi;
let server: ReturnType<typeof serve>;
let port: number;
beforeAll(async () => {
  api = await openApi({ kind: 'postgres' });
  server = serve({ fetch: api.app.fetch, hostname: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await api.close();
});

const ROWS = Number(process.env['VOLLEY_TEST_IMPORT_ROWS'] ?? 60_000);
const FILLER = 'x'.repeat(1_500);

function* csv(rows: number): Generator<string> {
  yield 'Email,First Name,Notes\n';
  for (let n = 0; n < rows; n += 1) {
    yield n % 1_000 === 999 ? `not an address ${n},Bad,${FILLER}\n` : `lead-${n}@bulk.example,Ada,${FILLER}\n`;
  }
}

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes in use, without what the collector has not got round to: that depends on the rate, not on the file. */
function live(): number {
  // Twice: what buffers hold outside the heap is let go after the collection that finds them unused.
  if (typeof collect === 'function') for (const _ of [1, 2]) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Sends the parts over a real connection as fast as it takes them; `cut` drops it after so many. */
function upload(
  parts: Iterable<string>,
  cut = Number.POSITIVE_INFINITY,
): Promise<{ status: number; body: { id: string; rows: number } }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v1/imports',
        headers: { authorization: `Bearer ${api.keys.admin}`, 'content-type': 'text/csv' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) }),
        );
      },
    );
    outgoing.on('error', reject);
    (async () => {
      let sent = 0;
      for (const part of parts) {
        if (sent === cut) {
          outgoing.destroy();
          return;
        }
        sent += 1;
        if (!outgoing.write(part)) await new Promise((drained) => outgoing.once('drain', drained));
      }
      outgoing.end();
    })().catch(reject);
  });
}

test(`${ROWS} rows pass through in bounded memory, bad ones reported, good ones in`, { timeout: 600_000 }, async () => {
  const warm = await upload(csv(1_500));
  while (await importPage(api.deps, warm.body.id));
  const before = live();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, live());
  }, 1_000);
  const { status, body } = await upload(csv(ROWS));
  expect(status).toBe(202);
  expect(body.rows).toBe(ROWS);
  while (await importPage(api.deps, body.id));
  clearInterval(watch);
  const grown = (peak - before) / 1_000_000;
  const file = (ROWS * 1_530) / 1_000_000;
  console.log(`import of ${ROWS} rows (${file.toFixed(0)} MB): ${grown.toFixed(1)} MB of memory in use at most`);
  // A page of these rows is 0.8 MB as text; a few of them are on their way at any moment.
  expect(grown).toBeLessThan(40);
  const { body: done } = await api.call(`GET /v1/imports/${body.id}`);
  expect(done).toMatchObject({ state: 'done', rows: ROWS, rejected: Math.floor(ROWS / 1_000) });
  expect(done.created + done.updated + done.unchanged).toBe(ROWS - Math.floor(ROWS / 1_000));
});

test('a connection that is cut leaves nothing', async () => {
  await expect(upload(csv(50_000), 5_000)).rejects.toThrow();
  const rest = async (): Promise<number> => {
    const { db } = api.store.database;
    return (await db.selectFrom('imports').select('id').where('state', '=', 'uploading').execute()).length;
  };
  await expect.poll(rest, { timeout: 10_000 }).toBe(0);
  expect(await api.store.database.db.selectFrom('import_pages').select('page').execute()).toEqual([]);
});
