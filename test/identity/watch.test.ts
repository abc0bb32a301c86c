import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { DAY } from '../../src/core/time.ts';
import { tokensOf } from '../../src/dev/mailbox/account.ts';
import type { Looking } from '../../src/identity/check.ts';
import { createDns } from '../../src/identity/dns.ts';
import { createSes } from '../../src/identity/ses.ts';
import { type SenderWatch, startSenderWatch } from '../../src/identity/watch.ts';
import { pendingLeads } from '../../src/store/inbox.ts';
import { listPauses } from '../../src/store/pauses.ts';
import { health } from '../../src/store/reports/health.ts';
import { runReport } from '../../src/store/reports/run.ts';
import { readSendingDomains, watchSenders } from '../../src/store/sending-domains.ts';
import { exampleFiles, openApi } from '../api/support/api.ts';
import { type DnsServer, startDns, type Zone } from '../support/dns.ts';
import { openWorld, START, type World, warmUp } from '../support/world.ts';

const DOMAIN = 'acme.com';
const atAcme = {
  ...warmUp,
  company: { ...warmUp.company, from: { marketing: `News <news@${DOMAIN}>`, sales: `sales@${DOMAIN}` } },
};
const proven: Zone = {
  ...Object.fromEntries(
    tokensOf(DOMAIN).map((token) => [`${token}._domainkey.${DOMAIN}`, { CNAME: `${token}.dkim.amazonses.com` }]),
  ),
  [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=none; rua=mailto:dmarc@acme.com'] },
};

let dns: DnsServer;
let world: World;
let watch: SenderWatch | undefined;
beforeAll(async () => {
  dns = await startDns();
});
afterAll(() => dns.close());
beforeEach(async () => {
  world = await openWorld({ playbook: atAcme });
  dns.zone = {};
});
afterEach(async () => {
  await watch?.stop();
  watch = undefined;
  await world.close();
});

const lookingAt = (endpoint: string): Looking => ({
  dns: createDns(dns.address),
  ses: createSes({ region: 'eu-west-1', endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }),
});
/** Looks only when told to, and then anew. */
const start = async (looking: Looking | undefined = lookingAt(world.mailbox.url)): Promise<SenderWatch> => {
  watch = await startSenderWatch({
    db: world.database.db,
    clock: world.deps.clock,
    playbooks: { current: async () => atAcme },
    log: world.deps.log,
    looking,
    intervalMs: 3_600_000,
    fresh: { ready: 0, notReady: 0 },
  });
  return watch;
};
const scopes = async (): Promise<string[]> => (await listPauses(world.database.db)).map(({ scope }) => scope);
const findings = async (): Promise<number> => {
  const { tables } = await runReport(world.database.db, health, {
    from: new Date(START),
    to: new Date(world.now),
    now: new Date(world.now),
    goals: undefined,
    model: undefined,
    stages: [],
    won: 'customer',
    warming: [],
  });
  const rows = tables['findings'] ?? [];
  return Number(rows.find((row) => row['finding'] === 'sender-not-ready')?.['n']);
};

describe('mail of a domain that is not ready', () => {
  it('waits, says why, keeps its place, and goes by itself once the records are there', async () => {
    const { look } = await start();
    expect(await scopes()).toEqual(['sender:marketing', 'sender:sales']);
    const [before] = await listPauses(world.database.db);
    expect(before?.reason).toContain('acme.com: dkim: 3 of 3 keys are not in DNS; dmarc: it has no DMARC record');
    const lead = await world.lead('ada@client.example');
    await world.play(lead, START + DAY);
    expect(await world.touches(lead)).toEqual([]);
    expect(await world.journal(lead)).toContain('touch.held sender-not-ready');
    expect(await findings()).toBe(2);

    dns.zone = proven;
    await look();
    expect(await scopes()).toEqual([]);
    expect(await pendingLeads(world.database.db, world.now, 10)).toEqual([lead]);
    await createAdvance(world.deps)(lead, { maySend: true });
    await world.play(lead, world.now + DAY);
    expect((await world.touches(lead)).map(({ step, state }) => [step, state])).toEqual([['welcome', 'sent']]);
    expect(await findings()).toBe(0);
  });

  it('is never handed to SES, which would refuse it for good', async () => {
    world.mailbox.control({ identities: { [DOMAIN]: { status: 'Pending' } } });
    dns.zone = proven;
    await start();
    const lead = await world.lead('ada@client.example');
    await world.play(lead, START + DAY);
    expect(world.mailbox.status().attempts).toBe(0);
  });
});

describe('what nobody answers changes nothing', () => {
  it('a domain known to be ready stays so while DNS is away', async () => {
    dns.zone = proven;
    const { look } = await start();
    dns.zone = { ...proven, [`_dmarc.${DOMAIN}`]: { fail: true } };
    await look();
    expect(await scopes()).toEqual([]);
  });

  it('a domain nobody could look at yet waits', async () => {
    await start(lookingAt('http://127.0.0.1:9'));
    expect(await scopes()).toEqual(['sender:marketing', 'sender:sales']);
    expect((await listPauses(world.database.db))[0]?.reason).toContain('not looked at yet');
  });
});

it('one look is enough for all processes, as long as it is fresh', async () => {
  dns.zone = proven;
  const { look } = await start();
  const asked = dns.asked.length;
  const second = await startSenderWatch({
    db: world.database.db,
    clock: world.deps.clock,
    playbooks: { current: async () => atAcme },
    log: world.deps.log,
    looking: lookingAt(world.mailbox.url),
    intervalMs: 3_600_000,
  });
  expect(dns.asked.length).toBe(asked);
  expect(await readSendingDomains(world.database.db, [DOMAIN])).toMatchObject([{ domain: DOMAIN, ready: true }]);
  await second.stop();
  await look();
  expect(dns.asked.length).toBeGreaterThan(asked);
});

it('mail that stays on this machine is never held, whatever was held before', async () => {
  await (await start()).stop();
  expect(await scopes()).not.toEqual([]);
  watch = await startSenderWatch({
    db: world.database.db,
    clock: world.deps.clock,
    playbooks: { current: async () => atAcme },
    log: world.deps.log,
    looking: undefined,
  });
  expect(await scopes()).toEqual([]);
});

it('a playbook with a new domain holds its mail from the very apply on; names for examples wait for nothing', async () => {
  const api = await openApi();
  try {
    const { db } = api.store.database;
    await watchSenders(db);
    const apply = (domain: string) =>
      api.call('POST /v1/playbook/apply', {
        body: {
          files: Object.fromEntries(
            Object.entries(exampleFiles).map(([name, text]) => [name, text.replaceAll('northwind.example', domain)]),
          ),
        },
      });
    const held = async () => (await listPauses(db)).map(({ scope }) => scope);
    expect(await apply('other.example')).toMatchObject({ status: 200, body: { held: [] } });
    expect(await held()).toEqual([]);
    const waits = { reason: expect.stringContaining('acme.com: not looked at yet') };
    expect(await apply('acme.com')).toMatchObject({
      status: 200,
      body: {
        held: [
          { scope: 'sender:marketing', ...waits },
          { scope: 'sender:sales', ...waits },
        ],
      },
    });
    expect(await held()).toEqual(['sender:marketing', 'sender:sales']);
  } finally {
    await api.close();
  }
});
