import { type AddressObject, simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { type ComposeInput, compose, replyAddress } from '../../src/email/compose.ts';
import { createRenderer } from '../../src/email/render.ts';
import { signReplyToken } from '../../src/email/tokens.ts';
import { emailOf, inputOf, leadOf, playbookOf } from './fixture.ts';

const LEAD = '0192f3a0-1111-7222-8333-444455556666';

function inputFor(over: Partial<ComposeInput> = {}): ComposeInput {
  return {
    from: { name: 'Nörthwind, "Ltd"', address: 'news@northwind.example' },
    to: { name: 'Ada Lovelace', address: 'ada@client.example' },
    replyTo: replyAddress(signReplyToken('secret', LEAD), 'reply.northwind.example'),
    subject: 'Grüße, Ada — 你好 🎉',
    html: '<p>Grüße</p>',
    text: 'Grüße',
    unsubscribeUrl: 'https://volley.example/u/abc.def-_',
    date: Date.parse('2026-11-24T08:12:00Z'),
    touchId: 'touch_1',
    ...over,
  };
}

const addresses = (field: AddressObject | AddressObject[] | undefined) =>
  [field ?? []].flat().flatMap(({ value }) => value.map(({ name, address }) => ({ name, address })));

describe('a composed message, read by another parser', () => {
  it('has every header and both parts', async () => {
    const raw = await compose(inputFor());
    const mail = await simpleParser(raw, { skipTextToHtml: true });
    expect(addresses(mail.from)).toEqual([{ name: 'Nörthwind, "Ltd"', address: 'news@northwind.example' }]);
    expect(addresses(mail.to)).toEqual([{ name: 'Ada Lovelace', address: 'ada@client.example' }]);
    expect(addresses(mail.replyTo)[0]?.address).toMatch(/^reply\+[a-z2-7]{53}@reply\.northwind\.example$/);
    expect(mail.subject).toBe('Grüße, Ada — 你好 🎉');
    expect(mail.date?.toISOString()).toBe('2026-11-24T08:12:00.000Z');
    expect(mail.messageId).toBe('<touch_1@northwind.example>');
    expect(mail.headers.get('content-type')).toMatchObject({ value: 'multipart/alternative' });
    expect(mail.html).toContain('<p>Grüße</p>');
    expect(mail.text?.trim()).toBe('Grüße');
  });

  it('can be unsubscribed with one click (RFC 8058)', async () => {
    const lines = (await simpleParser(await compose(inputFor()))).headerLines.map(({ line }) => line);
    expect(lines).toContain('List-Unsubscribe: <https://volley.example/u/abc.def-_>');
    expect(lines).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  });

  it('keeps a long unsubscribe link whole, and takes an address beside it', async () => {
    const unsubscribeUrl = `https://volley.example/u/${'a'.repeat(300)}`;
    const raw = await compose(inputFor({ unsubscribeUrl, unsubscribeMailto: 'u@reply.northwind.example' }));
    expect(raw.toString().replace(/\r\n[ \t]+/g, ' ')).toContain(
      `List-Unsubscribe: <${unsubscribeUrl}>, <mailto:u@reply.northwind.example>\r\n`,
    );
  });

  it('has no line beyond 998 octets and no bare line break', async () => {
    const text = `${'word '.repeat(500)}\n${'x'.repeat(3_000)}`;
    const raw = await compose(inputFor({ text, html: `<p>${text}</p>` }));
    expect(
      Math.max(
        ...raw
          .toString('latin1')
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(998);
    expect(raw.toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });
});

describe('nothing can add a header', () => {
  it.each<[string, Partial<ComposeInput>]>([
    ['subject', { subject: 'a\r\nBcc: x@evil.example' }],
    ['name of the lead', { to: { name: 'a\nBcc: x@evil.example', address: 'ada@client.example' } }],
    ['name of the sender', { from: { name: 'a\rb', address: 'news@northwind.example' } }],
    ['touch id', { touchId: 'a\r\nX: y' }],
  ])('a line break in the %s is refused', async (_, over) => {
    await expect(compose(inputFor(over))).rejects.toMatchObject({ code: 'header-injection' });
  });

  it.each(['a@b.example, x@evil.example', 'a@b.example>', '<a@b.example', 'a b@c.example', 'a', '', '"a"@b.example'])(
    'an address %j is refused',
    async (address) => {
      await expect(compose(inputFor({ to: { address } }))).rejects.toMatchObject({ code: 'bad-address' });
    },
  );

  it.each(['https://a.example/>, <mailto:x@evil.example', 'javascript:x', 'https://a.example/ b'])(
    'a link %j is refused',
    async (unsubscribeUrl) => {
      await expect(compose(inputFor({ unsubscribeUrl }))).rejects.toMatchObject({ code: 'bad-unsubscribe-url' });
    },
  );

  it.each(['"Evil" <x@evil.example>', 'a, b@evil.example', 'a; b: c', '=?utf-8?q?=0d=0aBcc:_x?='])(
    'a lead called %j gets one To',
    async (name) => {
      const mail = await simpleParser(await compose(inputFor({ to: { name, address: 'ada@client.example' } })));
      expect(addresses(mail.to).map(({ address }) => address)).toEqual(['ada@client.example']);
      expect(mail.headers.has('bcc')).toBe(false);
    },
  );
});

it('a rendered email survives the wire: the other parser reads the same bodies', async () => {
  const lead = leadOf({ firstName: 'Zoë <b>*x*</b>' });
  const rendered = createRenderer(playbookOf(emailOf('e', { subject: 'Hi' }))).render('e', inputOf({ lead }));
  const mail = await simpleParser(await compose(inputFor(rendered)), { skipTextToHtml: true });
  expect(mail.text?.trim()).toBe(rendered.text.trim());
  expect((mail.html || '').trim()).toBe(rendered.html.trim());
});
