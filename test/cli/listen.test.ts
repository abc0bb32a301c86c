/** What a client that is slow, or large, may do to the server. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';

const LIMITS = { headersMs: 150, requestMs: 400, checkMs: 30 };
let server: HttpServer;
beforeEach(async () => {
  server = await listen(async (request) => new Response(await request.text()), { host: '127.0.0.1', port: 0 }, LIMITS);
});
afterEach(() => server.close());

/** Sends the parts and answers what comes until the server closes the connection. */
async function talk(...parts: readonly string[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  let said = '';
  socket.on('data', (chunk) => {
    said += String(chunk);
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return said;
}

describe('a connection is closed', () => {
  it('when its headers do not come in time', async () => {
    expect(await talk('POST / HTTP/1.1\r\nhost: a\r\n')).toMatch(/^HTTP\/1\.1 408/);
  });

  it('when its body does not come in time', async () => {
    expect(await talk('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n', '12345')).toMatch(/^HTTP\/1\.1 408/);
  });

  it('when its headers are too large', async () => {
    expect(await talk(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431/);
  });
});

it('a whole request is answered', async () => {
  expect(await (await fetch(server.url, { method: 'POST', body: 'all of it' })).text()).toBe('all of it');
});
