/** A DNS server on this machine: real packets over UDP, records from a table that a test may change. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode, type Packet, type RecordType } from 'dns-packet';

/** Like a zone: name, then type to values. MX as `10 host`. `fail`: the server says SERVFAIL for that name. */
export type Zone = Record<string, { TXT?: string[]; CNAME?: string; MX?: string[]; A?: string[]; fail?: true }>;

export interface DnsServer {
  /** `IP:PORT`, as `VOLLEY_DNS` takes it. */
  readonly address: string;
  zone: Zone;
  /** Names asked about so far, with the type. */
  readonly asked: string[];
  close(): Promise<void>;
}

const [SERVFAIL, NXDOMAIN, AUTHORITATIVE] = [2, 3, 1 << 10];

export async function startDns(zone: Zone = {}): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const server = { zone, asked: [] as string[] };
  socket.on('message', (bytes, from) => {
    const query = decode(bytes);
    socket.send(encode(answer(query, server)), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return Object.assign(server, {
    address: `127.0.0.1:${socket.address().port}`,
    async close() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  });
}

function answer(query: Packet, server: { zone: Zone; asked: string[] }): Packet {
  const [question] = query.questions ?? [];
  const name = question?.name.toLowerCase() ?? '';
  const type = question?.type ?? 'A';
  server.asked.push(`${type} ${name}`);
  const entry = server.zone[name];
  const code = entry?.fail === true ? SERVFAIL : entry === undefined ? NXDOMAIN : 0;
  return {
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    flags: AUTHORITATIVE | code,
    questions: query.questions ?? [],
    answers: entry === undefined ? [] : recordsOf(name, type, entry),
  };
}

function recordsOf(name: string, type: RecordType, entry: Zone[string]): Answer[] {
  const ttl = 1;
  // A name with an alias has nothing else: whatever is asked, the alias is the answer.
  if (entry.CNAME !== undefined) return [{ name, ttl, type: 'CNAME', data: entry.CNAME }];
  switch (type) {
    case 'TXT':
      // Strings of at most 255 octets, as in a real zone.
      return (entry.TXT ?? []).map((text) => ({ name, ttl, type: 'TXT', data: text.match(/.{1,255}/gs) ?? [''] }));
    case 'MX':
      return (entry.MX ?? []).map((value) => {
        const [preference = '0', exchange = ''] = value.split(' ');
        return { name, ttl, type: 'MX', data: { preference: Number(preference), exchange } };
      });
    case 'A':
      return (entry.A ?? []).map((data) => ({ name, ttl, type: 'A', data }));
    default:
      return [];
  }
}
