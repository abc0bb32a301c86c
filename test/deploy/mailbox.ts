/** Where the world's mail goes: a mail server that the emulator hands what SES took, as it is on the wire. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';

export interface Mailbox {
  /** `HOST:PORT`, as the emulator wants it in `SMTP_HOST`. */
  readonly address: string;
  /** The first message to this address, once it has come. */
  first(to: string): Promise<Email>;
  close(): Promise<void>;
}

/** Just enough of RFC 5321 for one client that waits for each answer. */
function converse(socket: Socket, took: (to: readonly string[], raw: string) => void): void {
  let buffer = '';
  let to: string[] = [];
  let inData = false;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  const command = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'RCPT') to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
    if (verb === 'DATA') inData = true;
    if (verb === 'QUIT') socket.end('221 bye\r\n');
    else say(verb === 'DATA' ? '354 go on' : '250 ok');
  };
  socket.setEncoding('utf8').on('error', () => {});
  say('220 the world');
  socket.on('data', (chunk: string) => {
    buffer += chunk;
    for (;;) {
      const mark = inData ? '\r\n.\r\n' : '\r\n';
      const end = buffer.indexOf(mark);
      if (end < 0) return;
      const text = buffer.slice(0, end);
      buffer = buffer.slice(end + mark.length);
      if (!inData) {
        command(text);
        continue;
      }
      inData = false;
      took(to, text.replaceAll(/^\.\./gm, '.'));
      to = [];
      say('250 ok');
    }
  });
}

export async function startMailbox(): Promise<Mailbox> {
  const came = new Map<string, PromiseWithResolvers<Email>>();
  const slot = (to: string): PromiseWithResolvers<Email> => {
    const there = came.get(to) ?? Promise.withResolvers<Email>();
    came.set(to, there);
    return there;
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, (to, raw) => {
      for (const one of to) slot(one).resolve(PostalMime.parse(raw));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the mail server has no port');
  return {
    address: `127.0.0.1:${address.port}`,
    first: (to) => slot(to).promise,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
