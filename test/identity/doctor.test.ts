import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { tokensOf } from '../../src/dev/mailbox/account.ts';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { pauseScope } from '../../src/store/pauses.ts';
import { exampleFiles, openApi, type TestApi } from '../api/support/api.ts';
import { volley } from '../cli/run.ts';
import { type DnsServer, startDns } from '../support/dns.ts';

let api: TestApi;
let http: HttpServer;
let dns: DnsServer;
let mailbox: Mailbox;

beforeAll(async () => {
  [api, dns, mailbox] = await Promise.all([openApi(), startDns(), startMailbox()]);
  http = await listen((request) => api.app.fetch(request), { host: '127.0.0.1', port: 0 });
  const files = Object.fromEntries(
    Object.entries(exampleFiles).map(([name, text]) => [name, text.replaceAll('northwind.example', 'acme.com')]),
  );
  expect(await api.call('POST /v1/playbook/apply', { body: { files } })).toMatchObject({ status: 200 });
});
afterAll(async () => {
  await http.close();
  await Promise.all([api.close(), dns.close(), mailbox.close()]);
});

const doctor = (more: Record<string, string> = {}, ...args: string[]) =>
  volley(['doctor', ...args], { env: { VOLLEY_URL: http.url, VOLLEY_KEY: api.keys.admin, ...more } });
const withSes = (): Record<string, string> => ({
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL_SES: mailbox.url,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  VOLLEY_DNS: dns.address,
});

describe('volley doctor', () => {
  it('looks at no DNS while mail stays on this machine, and says so', async () => {
    const { code, out } = await doctor({}, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      findings: expect.arrayContaining([
        { check: 'sending domains', ok: true, detail: 'not looked at: mail stays in the mailbox on this machine' },
      ]),
    });
    expect(dns.asked).toEqual([]);
  });

  it('says that sending has stopped by itself, and how it goes on', async () => {
    await pauseScope(api.store.database.db, { scope: 'stop:sales', by: 'volley', reason: '4 of 100 bounced', at: 0 });
    const { code, out } = await doctor({}, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out).findings).toContainEqual({
      check: 'sending',
      ok: false,
      detail: expect.stringContaining('the sender sales stopped by itself'),
      fix: expect.stringContaining('POST /v1/senders/sales/resume'),
    });
    expect(await api.call('POST /v1/senders/sales/resume', {})).toMatchObject({ status: 200 });
    expect((await doctor({}, '--json')).code).toBe(0);
  });

  it('lists every record that is missing, as a table to copy', async () => {
    dns.zone = {};
    const table = await doctor(withSes());
    expect(table.code).toBe(1);
    const [token = ''] = tokensOf('acme.com');
    const added = table.out.slice(table.out.indexOf('Add to DNS:'));
    expect(added).toMatch(
      new RegExp(`^${token}\\._domainkey\\.acme\\.com +CNAME +${token}\\.dkim\\.amazonses\\.com`, 'm'),
    );
    expect(added).toMatch(/^_dmarc\.acme\.com +TXT +v=DMARC1; p=none; rua=mailto:dmarc@acme\.com/m);
    expect(added).toMatch(/^reply\.acme\.com +MX +10 inbound-smtp\.eu-west-1\.amazonaws\.com/m);
  });

  it('is content, and says so as data, once they are there', async () => {
    dns.zone = {
      ...Object.fromEntries(
        tokensOf('acme.com').map((token) => [`${token}._domainkey.acme.com`, { CNAME: `${token}.dkim.amazonses.com` }]),
      ),
      '_dmarc.acme.com': { TXT: ['v=DMARC1; p=none; rua=mailto:dmarc@acme.com'] },
      'acme.com': { TXT: ['v=spf1 include:amazonses.com ~all'] },
      'amazonses.com': { TXT: ['v=spf1 ip4:199.255.192.0/22 -all'] },
      'reply.acme.com': { MX: ['10 inbound-smtp.eu-west-1.amazonaws.com'] },
    };
    const { code, out } = await doctor(withSes(), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out).findings).toEqual(
      expect.arrayContaining([
        { check: 'acme.com dmarc', ok: true, detail: 'p=none at _dmarc.acme.com, aligned by DKIM' },
        { check: 'eu-west-1 ses-account', ok: true, detail: expect.stringContaining('1000 a second') },
      ]),
    );
  });
});
