/**
 * Leaving takes effect before the next send: on a server with many connections, with sends in flight. The
 * oracle is the database's own time of each commit, and the mailbox.
 */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { createApp } from '../../src/api/app.ts';
import { untilSettled } from '../../src/api/pages/settled.ts';
import { DAY } from '../../src/core/time.ts';
import { signToken } from '../../src/email/tokens.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
let audit: pg.Client;
let app: ReturnType<typeof createApp>;

/** Notes each `sending` and each suppression in the transaction that commits it. */
const AUDIT = `
  create table audit (what text, id text);
  create function note_touch() returns trigger language plpgsql as $$ begin
    if new.state = 'sending' then insert into audit values ('sending', new.lead_id); end if;
    return new; end $$;
  create trigger note_touch after insert or update on touches for each row execute function note_touch();
  create function note_suppression() returns trigger language plpgsql as $$ begin
    insert into audit values ('suppressed', substr(new.subject, 6)); return new; end $$;
  create trigger note_suppression after insert on suppressions for each row
    when (new.subject like 'lead:%') execute function note_suppression();`;
/** Leads whose mail went to `sending` by a commit after that of their suppression. */
const LATE = `
  select sent.id from audit sent join audit left_at on left_at.id = sent.id
  where sent.what = 'sending' and left_at.what = 'suppressed'
    and pg_xact_commit_timestamp(sent.xmin) > pg_xact_commit_timestamp(left_at.xmin)`;

beforeAll(async () => {
  world = await openWorld({ kind: 'postgres' });
  const { clock, log, database } = world.deps;
  const version = await world.deps.playbooks.get('');
  app = createApp({
    database,
    clock,
    log,
    playbooks: { get: async () => version, current: async () => version },
    nudger: { nudge: async () => {} },
    startImport: async () => {},
    forgetRuns: async () => ({ found: 0 }),
    config: { secret: world.deps.mail.secret, publicUrl: world.deps.mail.publicUrl },
  });
  audit = new pg.Client(world.url);
  await audit.connect();
  await audit.query(AUDIT);
});
afterAll(async () => {
  await audit.end();
  await world.close();
});

/** As a mail program does it. */
const oneClick = (leadId: string): Promise<Response> =>
  Promise.resolve(
    app.request(`/u/${signToken(world.deps.mail.secret, { leadId, purpose: 'marketing' })}`, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    }),
  );
const send = (leadId: string): Promise<unknown> => createAdvance(world.deps)(leadId, { maySend: true });
/** Leads whose first email is due. */
async function due(names: readonly string[]): Promise<string[]> {
  const leads = await Promise.all(names.map((name) => world.lead(addressOf(name))));
  await Promise.all(leads.map((leadId) => createAdvance(world.deps)(leadId, { maySend: false })));
  world.now += DAY;
  return leads;
}
const addressOf = (n: number | string): string => `leaver-${n}@order.example`;
const received = (n: number | string): number => world.mailbox.messages({ to: addressOf(n) }).length;

/** Leads leave while their mail goes out, 20 at once; how many left, and how many of them had got it. */
async function leaveInFlight(rounds: number, what: string): Promise<{ left: number; sent: number }> {
  const count = { left: 0, sent: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const names = Array.from({ length: 20 }, (_, n) => `${what}-${round}-${n}`);
    const leads = await due(names);
    await Promise.all(
      leads.map(async (leadId, n) => {
        const name = names[n] ?? '';
        // Every other time the send sets out first: the statements of the one meet any of the other's.
        const first = n % 2 === 0 ? send(leadId) : oneClick(leadId);
        for (let i = 0; i < (n * 7 + round * 3) % 12; i += 1) await sql`select 1`.execute(world.database.db);
        const second = n % 2 === 0 ? oneClick(leadId) : send(leadId);
        const [sending, answering] = n % 2 === 0 ? [first, second] : [second, first];
        expect(await answering).toMatchObject({ status: 200 });
        const before = received(name);
        await sending;
        await send(leadId);
        expect(received(name)).toBe(before);
        count.left += 1;
        count.sent += before;
      }),
    );
  }
  return count;
}

/**
 * Puts the store's connections on snapshots, as Aurora DSQL is: nobody sees what was committed since they
 * began, and of two who write one row the second is refused.
 */
async function onSnapshots(): Promise<void> {
  const level = 'isolation level repeatable read';
  await audit.query(`alter database ${new URL(world.url ?? '').pathname.slice(1)}
    set default_transaction_isolation = 'repeatable read'`);
  // Those that are open already; held until all are taken, so that none is missed.
  const open = 25;
  let taken = 0;
  let go = (): void => {};
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  await Promise.all(
    Array.from({ length: open }, () =>
      world.database.db.connection().execute(async (connection) => {
        await sql.raw(`set session characteristics as transaction ${level}`).execute(connection);
        taken += 1;
        if (taken === open) go();
        await all;
      }),
    ),
  );
}

describe('a lead that leaves while its mail is on the way', () => {
  test('20 at once, round after round: no `sending` is committed after the suppression, none goes after the answer', async () => {
    const { left, sent } = await leaveInFlight(4, 'locks');
    expect((await audit.query(LATE)).rows).toEqual([]);
    // Both orders came to pass, or this would have shown nothing.
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(left);
  });

  test('the answer waits for the one that is with the mail service', async () => {
    const [leadId = ''] = await due(['waits']);
    world.mailbox.control({ delayMs: 400 });
    let under = (): void => {};
    const way = new Promise<void>((resolve) => {
      under = resolve;
    });
    const advance = createAdvance({
      ...world.deps,
      onPoint: async (point) => {
        if (point === 'sending-committed') under();
      },
    });
    const sending = advance(leadId, { maySend: true });
    await way;
    const answer = await oneClick(leadId);
    expect(received('waits')).toBe(1);
    expect(await answer.text()).not.toContain('on its way');
    expect((await world.touches(leadId)).map(({ state }) => state)).toEqual(['sent']);
    world.mailbox.control({ delayMs: 0 });
    await sending;
  });

  test('it does not wait for ever for one that nobody knows of', async () => {
    const [leadId = ''] = await due(['hangs']);
    world.mailbox.control({ mode: 'timeoutBeforeAccept', count: 1 });
    await send(leadId);
    expect((await world.touches(leadId)).map(({ state }) => state)).toEqual(['sending']);
    const from = performance.now();
    expect(await untilSettled(world.database, leadId, 300)).toBe(false);
    expect(performance.now() - from).toBeLessThan(3_000);
  });

  test('an address that changes in the same moment is left too', async () => {
    const [leadId = ''] = await due(['moves']);
    const changed = world.database.db
      .updateTable('leads')
      .set({ email: addressOf('moved'), email_normal: addressOf('moved') })
      .where('id', '=', leadId)
      .execute();
    const [answer] = await Promise.all([oneClick(leadId), changed]);
    expect(answer.status).toBe(200);
    await send(leadId);
    expect(received('moved') + received('moves')).toBe(0);
  });

  test('the same where a database keeps snapshots and locks nothing out: both write the lead’s one row', async () => {
    await onSnapshots();
    const shown = await sql<{ transaction_isolation: string }>`show transaction_isolation`.execute(world.database.db);
    expect(shown.rows[0]?.transaction_isolation).toBe('repeatable read');
    const { left, sent } = await leaveInFlight(2, 'snapshots');
    expect((await audit.query(LATE)).rows).toEqual([]);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(left);
  });
});
