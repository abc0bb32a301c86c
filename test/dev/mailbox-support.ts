/** What the mailbox's tests share: a started mailbox, a send through the real SDK, a receiver of events. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Mailbox, type MailboxOptions, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { compose } from '../../src/email/compose.ts';
import { parseSesEvents, type SesEvent } from '../../src/email/events.ts';
import { createSender } from '../../src/email/sender.ts';

export const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function start(options: MailboxOptions = {}): Promise<Mailbox> {
  const mailbox = await startMailbox(options);
  cleanups.push(() => mailbox.close());
  return mailbox;
}

export async function folderOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'volley-mailbox-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function send(
  url: string,
  touchId: string,
  to = 'ada@client.example',
  over: { subject?: string; html?: string; toName?: string } = {},
) {
  const raw = await compose({
    from: { name: 'Northwind', address: 'news@northwind.example' },
    to: { name: over.toName ?? 'Ada', address: to },
    replyTo: 'reply+x@reply.northwind.example',
    subject: over.subject ?? 'Hello',
    html: over.html ?? '<p>Hi</p>',
    text: 'Hi',
    unsubscribeUrl: 'https://volley.example/u/x',
    date: 0,
    touchId,
  });
  const sender = createSender({
    region: 'eu-west-1',
    endpoint: url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    timeoutMs: 2_000,
  });
  try {
    return (await sender.send({ raw, from: 'news@northwind.example', to, touchId })).messageId;
  } finally {
    sender.close();
  }
}

/** A real HTTP server where SES's events arrive. */
export async function receiver(answer: (request: number) => number = () => 200) {
  const events: SesEvent[] = [];
  const authorizations: (string | undefined)[] = [];
  let requests = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests += 1;
      authorizations.push(request.headers.authorization);
      const status = answer(requests);
      if (status === 200) events.push(...parseSesEvents(JSON.parse(Buffer.concat(chunks).toString())));
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const told = () => events.map((event) => ('touchId' in event ? `${event.touchId} ${event.type}` : event.type));
  return { url: `http://127.0.0.1:${port}/hooks/ses`, events, authorizations, told, requests: () => requests };
}
