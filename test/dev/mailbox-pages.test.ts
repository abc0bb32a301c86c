import { describe, expect, it } from 'vitest';
import { send, start } from './mailbox-support.ts';

describe('what SES would refuse', () => {
  const good = 'From: a@b.example\r\nTo: c@d.example\r\nContent-Type: text/plain\r\n\r\nHi';
  const post = async (url: string, fields: Record<string, string>) => {
    const answer = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'SendRawEmail', Source: 'a@b.example', ...fields }),
    });
    return { status: answer.status, code: /<Code>(.*?)<\/Code>/.exec(await answer.text())?.[1] };
  };
  const encoded = (text: string) => Buffer.from(text).toString('base64');

  it.each<[string, Record<string, string>, number, string | undefined]>([
    ['a good message', { 'RawMessage.Data': encoded(good) }, 200, undefined],
    ['no message', {}, 400, 'MissingParameter'],
    ['no base64', { 'RawMessage.Data': '***' }, 400, 'InvalidParameterValue'],
    ['no headers', { 'RawMessage.Data': encoded('hello') }, 400, 'InvalidParameterValue'],
    ['no From', { 'RawMessage.Data': encoded(good.replace('From', 'X-From')) }, 400, 'InvalidParameterValue'],
    [
      'a header twice',
      { 'RawMessage.Data': encoded(`Subject: a\r\nSubject: b\r\n${good}`) },
      400,
      'InvalidParameterValue',
    ],
    [
      'an illegal tag',
      { 'RawMessage.Data': encoded(good), 'Tags.member.1.Name': 'touch', 'Tags.member.1.Value': 'a b' },
      400,
      'InvalidParameterValue',
    ],
    [
      'an illegal address',
      { 'RawMessage.Data': encoded(good), 'Destinations.member.1': 'nobody' },
      400,
      'InvalidParameterValue',
    ],
    ['a bare line feed', { 'RawMessage.Data': encoded(`${good}\nthere`) }, 400, 'InvalidParameterValue'],
    ['a NUL', { 'RawMessage.Data': encoded(`${good}\0`) }, 400, 'InvalidParameterValue'],
    ['a line of 999 octets', { 'RawMessage.Data': encoded(`${good}${'x'.repeat(997)}`) }, 400, 'InvalidParameterValue'],
    [
      'letters beyond ASCII in a header',
      { 'RawMessage.Data': encoded(`Subject: ü\r\n${good}`) },
      400,
      'InvalidParameterValue',
    ],
    [
      'one click without a web address',
      { 'RawMessage.Data': encoded(`List-Unsubscribe: <mailto:a@b.example>\r\n${good}`) },
      400,
      'InvalidParameterValue',
    ],
    [
      'an address beyond ASCII',
      { 'RawMessage.Data': encoded(good), 'Destinations.member.1': 'zoë@b.example' },
      400,
      'InvalidParameterValue',
    ],
    [
      'an illegal configuration set',
      { 'RawMessage.Data': encoded(good), ConfigurationSetName: 'a b' },
      400,
      'InvalidParameterValue',
    ],
    ['another action', { Action: 'DeleteIdentity' }, 400, 'InvalidAction'],
  ])('%s', async (_, fields, status, code) => {
    const mailbox = await start();
    expect(await post(mailbox.url, fields)).toEqual({ status, code });
    expect(mailbox.count).toBe(status === 200 ? 1 : 0);
  });
});

describe('pages', () => {
  it('list newest first, search, and go by pages', async () => {
    const mailbox = await start();
    for (let n = 0; n < 52; n += 1)
      await send(mailbox.url, `t${n}`, `lead-${n}@client.example`, { subject: `No ${n}.` });
    const page = async (query = '') => (await fetch(`${mailbox.url}/${query}`)).text();
    const first = await page();
    expect(first.indexOf('No 51.')).toBeLessThan(first.indexOf('No 50.'));
    expect(first).toContain('52 messages, page 1 of 2');
    expect(await page('?page=2')).toContain('No 0.');
    expect(await page('?q=LEAD-7@')).toContain('1 message, page 1 of 1');
    expect(await page('?q=%22%3E%3Cscript%3E')).not.toContain('<script>');
  });

  it('follow one person through a year: newest first, a heading a month, from each message to the next', async () => {
    let now = Date.parse('2026-11-24T09:00:00Z');
    const mailbox = await start({ now: () => now });
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      ids.push(await send(mailbox.url, `t${n}`, 'Ada@client.example', { subject: `No ${n}.` }));
      await send(mailbox.url, `other${n}`, 'bob@client.example', { subject: 'Not hers.' });
      now += 30 * 86_400_000;
    }
    const page = async (path: string) => (await fetch(mailbox.url + path)).text();
    expect(await page('/people')).toMatch(/href="\/people\/ada%40client\.example">.*12 messages, last Wed 20 Oct/);
    const hers = await page('/people/ada%40client.example');
    expect([...hers.matchAll(/<a href="\/m\/([^"]+)">/g)].map(([, id]) => id)).toEqual(ids.toReversed());
    expect([...hers.matchAll(/class="day">(\w+ \d+)/g)].map(([, month]) => month).slice(0, 3)).toEqual([
      'October 2027',
      'September 2027',
      'August 2027',
    ]);
    expect(hers).not.toContain('Not hers.');
    const middle = await page(`/m/${ids[5]}`);
    expect(middle).toMatch(new RegExp(`/m/${ids[4]}"[^>]*>← Older.*/people/.*/m/${ids[6]}"[^>]*>Newer →`));
    expect(await page(`/m/${ids[11]}`)).not.toContain('Newer →');
  });

  it('shows a message without letting any of it become the page’s own markup', async () => {
    const mailbox = await start();
    const evil = '<script>alert(1)</script>';
    const id = await send(mailbox.url, 'a', 'ada@client.example', {
      subject: evil,
      toName: evil,
      html: `<head></head>"></iframe>${evil}`,
    });
    const answer = await fetch(`${mailbox.url}/m/${id}`);
    const html = await answer.text();
    expect(html).not.toMatch(/<script/i);
    expect(html.match(/<\/iframe>/g)).toHaveLength(1);
    expect(html).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(html).toContain('List-Unsubscribe-Post');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await (await fetch(mailbox.url)).text()).not.toMatch(/<script/i);
    const raw = await fetch(`${mailbox.url}/messages/${id}/raw`);
    expect([raw.headers.get('content-type'), raw.headers.get('x-content-type-options')]).toEqual([
      'text/plain; charset=utf-8',
      'nosniff',
    ]);
  });

  it.each([
    ['/m/none', 404, 'text/html'],
    ['/people/nobody%40client.example', 404, 'text/html'],
    ['/people/%', 404, 'text/html'],
    ['/messages/none', 404, 'application/json'],
    ['/favicon.ico', 404, 'text/html'],
  ])('%s is %i', async (path, status, type) => {
    const mailbox = await start();
    const answer = await fetch(mailbox.url + path);
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([status, type]);
  });
});
