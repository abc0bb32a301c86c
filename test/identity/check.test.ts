import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tokensOf } from '../../src/dev/mailbox/account.ts';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { checkAccount, checkReplies, checkSender, type Looking } from '../../src/identity/check.ts';
import { createDns } from '../../src/identity/dns.ts';
import { type Check, type Finding, readiness } from '../../src/identity/finding.ts';
import { createSes } from '../../src/identity/ses.ts';
import { type DnsServer, startDns, type Zone } from '../support/dns.ts';

const DOMAIN = 'acme.com';
let mailbox: Mailbox;
let server: DnsServer;
let looking: Looking;

const keys = (domain: string): Zone =>
  Object.fromEntries(
    tokensOf(domain).map((token) => [`${token}._domainkey.${domain}`, { CNAME: `${token}.dkim.amazonses.com` }]),
  );
const good: Zone = {
  ...keys(DOMAIN),
  [DOMAIN]: { TXT: ['v=spf1 include:_spf.google.com include:amazonses.com ~all', 'another=text'], A: ['192.0.2.1'] },
  '_spf.google.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 ~all'] },
  'amazonses.com': { TXT: ['v=spf1 ip4:199.255.192.0/22 -all'] },
  [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@acme.com'] },
};

beforeAll(async () => {
  mailbox = await startMailbox();
  server = await startDns();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const ses = createSes({ region: 'eu-west-1', endpoint: mailbox.url, credentials });
  looking = { dns: createDns(server.address), ses };
});
afterAll(async () => {
  looking.ses.close();
  await server.close();
  await mailbox.close();
});
beforeEach(() => {
  server.zone = good;
  mailbox.control({
    identities: { [DOMAIN]: {} },
    sendingEnabled: true,
    quota: { perSecond: 14, per24Hours: 50_000 },
  });
});

const look = (domain = DOMAIN): Promise<Finding[]> => checkSender(domain, looking);
const of = (findings: readonly Finding[], check: Check): Finding | undefined =>
  findings.find((finding) => finding.check === check);
const without = (name: string): Zone => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));

it('a domain that has everything is ready, and says how', async () => {
  const findings = await look();
  expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
    ['ses-identity', 'ok'],
    ['dkim', 'ok'],
    ['dmarc', 'ok'],
    ['spf', 'ok'],
  ]);
  expect(of(findings, 'dmarc')?.detail).toBe('p=reject at _dmarc.acme.com, aligned by DKIM');
  expect(of(findings, 'spf')?.detail).toBe('acme.com names SES, 2 of 10 lookups');
  expect(readiness(findings)).toBe('ready');
});

describe('the identity at SES', () => {
  it('one that SES does not know is not ready, and the command that adds it is named', async () => {
    mailbox.control({ identities: { [DOMAIN]: null } });
    const findings = await look();
    expect(of(findings, 'ses-identity')).toMatchObject({
      verdict: 'wrong',
      fix: expect.stringContaining('aws ses verify-domain-dkim --domain acme.com'),
    });
    expect(readiness(findings)).toBe('not-ready');
  });

  it('one that waits for its records is not ready', async () => {
    mailbox.control({ identities: { [DOMAIN]: { status: 'Pending', dkim: { status: 'Pending' } } } });
    const findings = await look();
    expect(of(findings, 'ses-identity')?.detail).toBe('SES says Pending');
    expect(readiness(findings)).toBe('not-ready');
  });

  it('the identity of the domain above is good for the one below, and signs it', async () => {
    server.zone = { ...good, 'news.acme.com': { A: ['192.0.2.1'] } };
    const findings = await look('news.acme.com');
    expect(of(findings, 'ses-identity')).toMatchObject({ verdict: 'ok', detail: 'verified as acme.com' });
    expect(of(findings, 'dmarc')).toMatchObject({ verdict: 'ok', detail: expect.stringContaining('aligned by DKIM') });
    expect(readiness(findings)).toBe('ready');
  });

  it('nothing is decided while SES does not answer', async () => {
    const ses = createSes({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const findings = await checkSender(DOMAIN, { ...looking, ses });
    ses.close();
    expect(findings).toMatchObject([{ check: 'ses-identity', verdict: 'unknown' }]);
    expect(readiness(findings)).toBe('unknown');
  });
});

describe('DKIM', () => {
  it('names each record that is missing', async () => {
    const [first = ''] = tokensOf(DOMAIN);
    server.zone = without(`${first}._domainkey.${DOMAIN}`);
    expect(of(await look(), 'dkim')).toMatchObject({
      verdict: 'wrong',
      detail: '1 of 3 keys are not in DNS',
      add: [{ name: `${first}._domainkey.acme.com`, type: 'CNAME', value: `${first}.dkim.amazonses.com` }],
    });
  });

  it('takes a key of one’s own, as TXT', async () => {
    mailbox.control({ identities: { [DOMAIN]: { dkim: { tokens: ['mine'] } } } });
    server.zone = { ...good, [`mine._domainkey.${DOMAIN}`]: { TXT: [`v=DKIM1; k=rsa; p=${'A'.repeat(390)}`] } };
    expect(of(await look(), 'dkim')).toMatchObject({ verdict: 'ok' });
    server.zone = { ...good, [`mine._domainkey.${DOMAIN}`]: { TXT: ['v=DKIM1; p='] } };
    expect(of(await look(), 'dkim')?.verdict).toBe('wrong');
  });

  it('that is turned off at SES is wrong, and says how to turn it on', async () => {
    mailbox.control({ identities: { [DOMAIN]: { dkim: { enabled: false } } } });
    expect(of(await look(), 'dkim')?.fix).toContain('set-identity-dkim-enabled');
  });
});

describe('DMARC', () => {
  const dmarc = async (...TXT: string[]): Promise<Finding | undefined> => {
    server.zone = { ...good, [`_dmarc.${DOMAIN}`]: { TXT } };
    return of(await look(), 'dmarc');
  };

  it('none is wrong, and a first one is proposed', async () => {
    server.zone = without(`_dmarc.${DOMAIN}`);
    const findings = await look();
    expect(of(findings, 'dmarc')?.add).toEqual([
      { name: '_dmarc.acme.com', type: 'TXT', value: 'v=DMARC1; p=none; rua=mailto:dmarc@acme.com' },
    ]);
    expect(readiness(findings)).toBe('not-ready');
  });

  it.each([
    ['two of them', ['v=DMARC1; p=none', 'v=DMARC1; p=reject']],
    ['no policy', ['v=DMARC1; rua=mailto:a@acme.com']],
    ['a policy of no such name', ['v=DMARC1; p=block']],
    ['another version', ['v=DMARC2; p=none']],
  ])('%s is wrong', async (_, records) => {
    expect((await dmarc(...records))?.verdict).toBe('wrong');
  });

  it('without an address for reports it is good advice to add one', async () => {
    expect(await dmarc('v=DMARC1;p=quarantine')).toMatchObject({ verdict: 'advice' });
  });

  it('of the registered domain holds below it, by its sp', async () => {
    server.zone = { ...good, [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=reject; sp=none; rua=mailto:a@acme.com'] } };
    expect(of(await look('news.acme.com'), 'dmarc')?.detail).toContain('p=none at _dmarc.acme.com');
  });

  it('with adkim=s the domain above does not sign for the one below', async () => {
    server.zone = { ...good, [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=reject; adkim=s; rua=mailto:a@acme.com'] } };
    expect(of(await look('news.acme.com'), 'dmarc')).toMatchObject({
      verdict: 'wrong',
      fix: expect.stringContaining('news.acme.com'),
    });
    expect(of(await look(), 'dmarc')?.verdict).toBe('ok');
  });

  it('aligned by SPF too, where the MAIL FROM domain is of the same owner', async () => {
    mailbox.control({ identities: { [DOMAIN]: { mailFrom: { domain: 'bounce.acme.com' } } } });
    server.zone = { ...good, 'bounce.acme.com': { TXT: ['v=spf1 include:amazonses.com -all'] } };
    expect(of(await look(), 'dmarc')?.detail).toContain('aligned by DKIM and SPF');
  });

  it('that cannot be read decides nothing', async () => {
    server.zone = { ...good, [`_dmarc.${DOMAIN}`]: { fail: true } };
    const findings = await look();
    expect(of(findings, 'dmarc')?.verdict).toBe('unknown');
    expect(readiness(findings)).toBe('unknown');
  });
});

describe('SPF', () => {
  const spf = async (record: string | undefined, more: Zone = {}): Promise<Finding | undefined> => {
    server.zone = { ...good, [DOMAIN]: { TXT: record === undefined ? [] : [record] }, ...more };
    return of(await look(), 'spf');
  };

  it('none is advice while SES sends under its own name, and never holds mail', async () => {
    const found = await spf(undefined);
    expect(found).toMatchObject({
      verdict: 'advice',
      add: [{ name: 'acme.com', type: 'TXT', value: 'v=spf1 include:amazonses.com ~all' }],
    });
    expect(readiness(await look())).toBe('ready');
  });

  it('without SES: the record as it should be', async () => {
    expect((await spf('v=spf1 include:_spf.google.com -all'))?.add).toEqual([
      { name: 'acme.com', type: 'TXT', value: 'v=spf1 include:_spf.google.com include:amazonses.com -all' },
    ]);
  });

  it('names SES by an include of an include, or by its redirect', async () => {
    const shared = { 'spf.acme.com': { TXT: ['v=spf1 include:amazonses.com ~all'] } };
    expect(await spf('v=spf1 include:spf.acme.com -all', shared)).toMatchObject({ verdict: 'ok' });
    expect(await spf('v=spf1 redirect=spf.acme.com', shared)).toMatchObject({ verdict: 'ok' });
    // RFC 7208 6.1: beside an `all`, a redirect counts for nothing.
    expect((await spf('v=spf1 redirect=spf.acme.com -all', shared))?.verdict).toBe('advice');
    expect((await spf('v=spf1 -include:amazonses.com ~all'))?.verdict).toBe('advice');
  });

  it.each<[string, string, Zone, string]>([
    ['anybody', 'v=spf1 include:amazonses.com +all', {}, 'anybody may send as it'],
    ['a term of no such name', 'v=spf1 include:amazonses.com ipv4:192.0.2.1 ~all', {}, 'ipv4:192.0.2.1'],
    ['an include of nothing', 'v=spf1 include:gone.acme.com ~all', {}, 'has no SPF record'],
    [
      'a circle',
      'v=spf1 include:a.acme.com ~all',
      { 'a.acme.com': { TXT: ['v=spf1 include:acme.com ~all'] } },
      'comes back to it',
    ],
    [
      'more than 10 lookups',
      `v=spf1 ${Array.from({ length: 10 }, (_, n) => `include:s${n}.acme.com`).join(' ')} include:amazonses.com ~all`,
      Object.fromEntries(
        Array.from({ length: 10 }, (_, n) => [`s${n}.acme.com`, { TXT: ['v=spf1 ip4:192.0.2.1 ~all'] }]),
      ),
      'it asks DNS 11 times',
    ],
  ])('%s is wrong', async (_, record, more, words) => {
    const found = await spf(record, more);
    expect(found?.verdict).toBe('wrong');
    expect(found?.detail).toContain(words);
  });

  it('two records are wrong', async () => {
    server.zone = { ...good, [DOMAIN]: { TXT: ['v=spf1 -all', 'v=spf1 include:amazonses.com ~all'] } };
    expect(of(await look(), 'spf')?.detail).toContain('more than one SPF record');
  });

  it('is asked of the MAIL FROM domain where there is one, with its MX', async () => {
    mailbox.control({ identities: { [DOMAIN]: { mailFrom: { domain: 'bounce.acme.com', status: 'Failed' } } } });
    const findings = await look();
    expect(of(findings, 'spf')).toMatchObject({
      verdict: 'wrong',
      add: [{ name: 'bounce.acme.com', type: 'TXT', value: 'v=spf1 include:amazonses.com ~all' }],
    });
    expect(of(findings, 'mail-from')).toMatchObject({
      verdict: 'wrong',
      add: [{ name: 'bounce.acme.com', type: 'MX', value: '10 feedback-smtp.eu-west-1.amazonses.com' }],
    });
  });
});

describe('replies', () => {
  const replies = (zone: Zone): Promise<Finding> => {
    server.zone = zone;
    return checkReplies('reply.acme.com', looking);
  };
  it('arrive where there is an MX, whoever’s', async () => {
    expect(
      await replies({ 'reply.acme.com': { MX: ['20 b.mail.acme.com', '10 inbound-smtp.eu-west-1.amazonaws.com'] } }),
    ).toMatchObject({
      verdict: 'ok',
      detail: 'replies go to inbound-smtp.eu-west-1.amazonaws.com, b.mail.acme.com',
    });
  });

  it.each<[string, Zone]>([
    ['no such name', {}],
    ['no MX', { 'reply.acme.com': { A: ['192.0.2.1'] } }],
    ['the MX that says there is no mail', { 'reply.acme.com': { MX: ['0 .'] } }],
  ])('%s: they bounce, and the record for SES is named', async (_, zone) => {
    expect(await replies(zone)).toMatchObject({
      verdict: 'wrong',
      add: [{ name: 'reply.acme.com', type: 'MX', value: '10 inbound-smtp.eu-west-1.amazonaws.com' }],
    });
  });
});

describe('the account', () => {
  it.each<[string, Parameters<Mailbox['control']>[0], 'ok' | 'wrong', string]>([
    ['may send', {}, 'ok', '14 a second, 0 of 50000 sent in 24 hours'],
    ['is in the sandbox', { quota: { perSecond: 1, per24Hours: 200 } }, 'wrong', 'sandbox'],
    ['is paused', { sendingEnabled: false }, 'wrong', 'paused'],
    ['has used up its quota', { quota: { per24Hours: 0, perSecond: 14 } }, 'wrong', 'used up'],
  ])('%s', async (_, control, verdict, words) => {
    mailbox.control(control);
    const found = await checkAccount(looking.ses);
    expect(found.verdict).toBe(verdict);
    expect(found.detail).toContain(words);
  });
});
