import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { connectClient } from '../../src/temporal/client.ts';

/** An empty message of gRPC: not compressed, no bytes. */
const EMPTY = Buffer.alloc(5);
const INTERNAL = '13';

let server: Http2Server | undefined;
afterEach(() => server?.close());

/** A server of gRPC that fails so many calls with these words, and then answers. */
async function failing(times: number, words: string): Promise<{ address: string; calls: () => number }> {
  let calls = 0;
  server = createServer();
  server.on('stream', (stream) => {
    calls += 1;
    const head = { ':status': 200, 'content-type': 'application/grpc+proto' };
    if (calls <= times) {
      stream.respond({ ...head, 'grpc-status': INTERNAL, 'grpc-message': words }, { endStream: true });
      return;
    }
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(EMPTY);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { address: `127.0.0.1:${port}`, calls: () => calls };
}

it('asks again when the server says so', async () => {
  const { address, calls } = await failing(2, 'something went wrong, please retry (1a2b)');
  const client = await connectClient({ address });
  await client.connection.close();
  expect(calls()).toBe(3);
});

it('takes any other internal error as the answer', async () => {
  const { address, calls } = await failing(1, 'cannot decode');
  await expect(connectClient({ address })).rejects.toMatchObject({ code: 'temporal-unreachable' });
  expect(calls()).toBe(1);
});
