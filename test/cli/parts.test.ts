import { describe, expect, it } from 'vitest';
import { listen, openClock, openPlaybooks, openSender, requireShared } from '../../src/cli/parts.ts';
import { realClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { readAnchor } from '../../src/store/anchor.ts';
import { openMemory } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';

async function memory() {
  const database = await openMemory();
  await migrate(database.db, database.kind);
  return database;
}

describe('the clock of a store', () => {
  it('is the real one, until a speed is asked for; then its virtual time goes on for good', async () => {
    const { db, close } = await memory();
    expect(await openClock(db, 1)).toBe(realClock);
    expect(await readAnchor(db)).toBeNull();

    const fast = await openClock(db, 1_000);
    expect(fast.anchor.factor).toBe(1_000);
    const again = await openClock(db, 1_000);
    expect(again.anchor).toEqual(fast.anchor);

    const before = again.now();
    const slower = await openClock(db, 10);
    expect(slower.anchor.virtual).toBeGreaterThanOrEqual(before);
    expect(slower.anchor.virtual - before).toBeLessThan(60_000 * 1_000);

    // Back at real speed it does not fall back to the real date: leads would live through days twice.
    const real = await openClock(db, 1);
    expect(real.anchor.factor).toBe(1);
    expect(real.now()).toBeGreaterThanOrEqual(slower.anchor.virtual);
    await close();
  });
});

describe('parts', () => {
  it('say that there is no playbook yet', async () => {
    const { db, close } = await memory();
    await expect(openPlaybooks(db).current()).rejects.toMatchObject({ code: 'no-playbook' });
    await expect(openPlaybooks(db).get('nothing')).rejects.toMatchObject({ code: 'playbook-missing' });
    await close();
  });

  it('send through SES or the mailbox, and through nothing else', () => {
    expect(() => openSender({ kind: 'mailbox' })).toThrow(/no mail service/);
  });

  it('name a port that is taken', async () => {
    const first = await listen(() => new Response('one'), { host: '127.0.0.1', port: 0 });
    expect(await (await fetch(first.url)).text()).toBe('one');
    await expect(listen(() => new Response('two'), { host: '127.0.0.1', port: first.port })).rejects.toMatchObject({
      code: 'port-taken',
    });
    await first.close();
  });

  it('say everything that separate processes lack', () => {
    expect(() => requireShared(readConfig({}))).toThrow(/DATABASE_URL, VOLLEY_SECRET, TEMPORAL_ADDRESS/);
    const all = {
      DATABASE_URL: 'postgres://u:p@localhost/x',
      VOLLEY_SECRET: 'x'.repeat(32),
      TEMPORAL_ADDRESS: 'localhost:7233',
    };
    expect(requireShared(readConfig(all)).temporalAddress).toBe('localhost:7233');
  });
});
