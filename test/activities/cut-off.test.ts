/** A store that goes away in the middle of a commit: nobody is told whether it took effect. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { DAY } from '../../src/core/time.ts';
import { type Database, openDatabase } from '../../src/store/db.ts';
import { openWorld, START, type World } from '../support/world.ts';

/** What becomes of the next COMMIT: lost on the way to the server, or its answer on the way back. */
type Cut = 'commit' | 'answer';

/** Stands between the store's client and its server, and cuts one connection when it is told to. */
async function openProxy({ port, hostname }: URL): Promise<{ port: number; cutNext(what: Cut): void; close(): void }> {
  let next: Cut | undefined;
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (bytes) => client.write(bytes));
    client.on('data', (bytes) => {
      const cut = next !== undefined && bytes.includes('commit') ? next : undefined;
      if (cut === undefined) {
        upstream.write(bytes);
        return;
      }
      next = undefined;
      if (cut === 'commit') upstream.destroy();
      else
        upstream
          .removeAllListeners('data')
          .once('data', () => upstream.destroy())
          .write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutNext: (what) => {
      next = what;
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

let world: World;
let proxy: Awaited<ReturnType<typeof openProxy>>;
let database: Database;

beforeEach(async () => {
  world = await openWorld({ kind: 'postgres' });
  const url = new URL(world.url ?? '');
  proxy = await openProxy(url);
  url.port = String(proxy.port);
  database = await openDatabase({ databaseUrl: url.href, home: '' });
});
afterEach(async () => {
  await database.close();
  proxy.close();
  await world.close();
});

const outcome = async (lead: string) => ({
  states: (await world.touches(lead)).map((touch) => `${touch.step} ${touch.state}`),
  mailed: [...world.mailbox.touchCounts().values()],
});
const all = { states: ['welcome sent', 'follow-up sent'], mailed: [1, 1] };

it.each(['commit', 'answer'] as const)(
  'in the commit that says `sending` (%s lost): the email goes, once',
  async (cut) => {
    const lead = await world.lead('ada@acme.example');
    let claims = 0;
    await world.play(lead, START + 10 * DAY, {
      database,
      onPoint: async (point) => {
        if (point === 'claimed' && claims++ === 0) proxy.cutNext(cut);
      },
    });
    expect(await outcome(lead)).toEqual(all);
    expect((await world.journal(lead)).includes('touch.refused not-sent')).toBe(cut === 'answer');
  },
);

it.each(['commit', 'answer'] as const)(
  'in the commit that records the answer (%s lost): it is recorded',
  async (cut) => {
    const lead = await world.lead('ada@acme.example');
    let answers = 0;
    await world.play(lead, START + 10 * DAY, {
      database,
      onPoint: async (point) => {
        if (point === 'accepted' && answers++ === 0) proxy.cutNext(cut);
      },
    });
    expect(await outcome(lead)).toEqual(all);
    expect(await world.journal(lead)).not.toContain('touch.unconfirmed no-answer-from-ses');
  },
);

it('takes back its own attempt only: what another process has under way is left to it', async () => {
  const lead = await world.lead('ada@acme.example');
  const { w } = await createAdvance(world.deps)(lead, { maySend: false });
  world.now = w?.t ?? 0;
  const committed = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const other = createAdvance({
    ...world.deps,
    onPoint: async (point) => {
      if (point !== 'sending-committed') return;
      committed.resolve();
      await goOn.promise;
    },
  });
  const claimed = Promise.withResolvers<void>();
  // Waits for the lead's row, which the broken connection frees.
  const theirs = claimed.promise.then(() => other(lead, { maySend: true }));
  let claims = 0;
  const ours = createAdvance({
    ...world.deps,
    database,
    onPoint: async (point) => {
      if (point !== 'claimed' || claims++ > 0) return;
      proxy.cutNext('commit');
      claimed.resolve();
    },
  });
  await ours(lead, { maySend: true });
  await committed.promise;
  goOn.resolve();
  await theirs;
  expect(await outcome(lead)).toEqual({ states: ['welcome sent'], mailed: [1] });
});
