import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { type ComposeInput, compose } from '../../src/email/compose.ts';
import { feedbackId } from '../../src/email/feedback-id.ts';
import { composeNotice } from '../../src/email/notice.ts';
import { readStrictly } from '../support/strict-mime.ts';

const RUNS = 150;
const input = (over: Partial<ComposeInput> = {}): ComposeInput => ({
  from: { name: 'Northwind', address: 'news@northwind.example' },
  to: { name: 'Ada', address: 'ada@client.example' },
  replyTo: 'reply+abc@reply.northwind.example',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
  unsubscribeUrl: `https://volley.example/u/${'a'.repeat(250)}`,
  feedbackId: 'evaluation-guide:marketing:welcome:northwind',
  date: Date.parse('2026-11-24T08:12:00Z'),
  touchId: 'touch_1',
  ...over,
});

/** What people are called and what subjects are made of, at its worst; no controls, which are refused. */
const NASTY = [
  'O’Brien, "Bob" <bob@evil.example>',
  'مرحبا بالعالم',
  'שלום ‏עולם‏',
  '👩‍👩‍👧‍👦'.repeat(25),
  'e\u0301'.repeat(150),
  'a'.repeat(400),
  'Dr. Ångström (R&D); Grüße: 你好',
  '你好'.repeat(80),
  'back\\slash "quote\\"',
  '=?utf-8?q?=0d=0aBcc:_x@evil.example?=',
  '=?utf-8?b?QmNjOiB4?= and more',
  'a = ? b',
  '\ud800 alone',
  'word '.repeat(80).trim(),
];
const text = fc
  .oneof(
    fc.constantFrom(...NASTY),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.array(fc.constantFrom(...NASTY, 'ordinary'), { maxLength: 4 }).map((parts) => parts.join(' ')),
  )
  .map((value) => value.replace(/[\p{Cc}\u2028\u2029]/gu, '').trim());
/** What a reader sees: the joiner that keeps `=?` from being decoded is invisible. */
const seen = (value: string): string => value.toWellFormed().replaceAll('\u2060', '');

const line = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc.string({ maxLength: 1_200 }),
  fc.constantFrom('-- ', '.', 'From here', '--', ' x', 'x  ', '=', '=3D', '\t', '', 'ü'.repeat(700), 'x'.repeat(2_000)),
);
const body = fc.array(line, { maxLength: 12 }).map((lines) => `Hi ${lines.join('\n')}`);
const lines = (value: string): string =>
  value
    .toWellFormed()
    .replace(/\r\n|\r|\n/g, '\n')
    .trimEnd();

describe('whatever people are called and write', () => {
  it('subject and names keep the RFCs line by line, and another parser reads them as they were', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, async (subject, lead, company) => {
        const raw = await compose(
          input({
            subject: `S${subject}`,
            to: { name: lead, address: 'ada@client.example' },
            from: { name: company, address: 'news@northwind.example' },
          }),
        );
        readStrictly(raw);
        const mail = await PostalMime.parse(raw);
        expect(seen(mail.subject ?? '')).toBe(seen(`S${subject}`));
        expect(mail.to?.map(({ address, name }) => [address, seen(name)])).toEqual([
          ['ada@client.example', seen(lead)],
        ]);
        expect([mail.from?.address, seen(mail.from?.name ?? '')]).toEqual(['news@northwind.example', seen(company)]);
        expect(mail.headers.map(({ key }) => key)).not.toContain('bcc');
      }),
      { numRuns: RUNS },
    );
  });

  it('both bodies arrive as they were written, in an encoding that keeps its own rules', async () => {
    await fc.assert(
      fc.asyncProperty(body, body, async (written, html) => {
        const raw = await compose(input({ text: written, html }));
        const { parts } = readStrictly(raw);
        expect(parts.map((part) => lines(part.body.toString('utf8')))).toEqual([lines(written), lines(html)]);
        expect(parts.map((part) => part.headers.get('content-type')?.toLowerCase())).toEqual([
          'text/plain; charset=utf-8',
          'text/html; charset=utf-8',
        ]);
        const mail = await PostalMime.parse(raw);
        expect([lines(mail.text ?? ''), lines(mail.html ?? '')]).toEqual([lines(written), lines(html)]);
      }),
      { numRuns: RUNS },
    );
  });

  it('mails to reps keep the same rules, with what reps and leads typed in them', async () => {
    await fc.assert(
      fc.asyncProperty(text, body, async (words, long) => {
        const raw = await composeNotice({
          from: { name: words, address: 'news@northwind.example' },
          to: { name: words, address: 'rep@northwind.example' },
          subject: `S${words}`,
          sections: [{ title: words, lines: [long], actions: [{ label: words, url: 'https://volley.example/a/x' }] }],
          footer: words,
          date: 0,
          id: 'notice_1',
        });
        readStrictly(raw);
        const mail = await PostalMime.parse(raw);
        expect(seen(mail.subject ?? '')).toBe(seen(`S${words.replace(/[\s\p{Cc}]+/gu, ' ').trim()}`));
        expect(mail.to?.map(({ address }) => address)).toEqual(['rep@northwind.example']);
      }),
      { numRuns: RUNS / 3 },
    );
  });

  it('a control character anywhere in a header is refused, never sent', async () => {
    const control = fc.constantFrom(
      ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)),
      '\x7f',
      '\x85',
      '\u2028',
    );
    await fc.assert(
      fc.asyncProperty(text, control, text, async (before, bad, after) => {
        const broken = `${before}${bad}${after}`;
        for (const over of [
          { subject: broken },
          { to: { name: broken, address: 'ada@client.example' } },
          { from: { name: broken, address: 'news@northwind.example' } },
          { feedbackId: broken },
          { touchId: broken },
        ]) {
          await expect(compose(input(over))).rejects.toMatchObject({ code: 'header-injection' });
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('addresses', () => {
  const domains = [
    'client.example',
    'büro.example',
    'пример.испытание',
    '例え.テスト',
    'xn--bro-hoa.example',
    `${'a'.repeat(60)}.example`,
  ];
  it.each(domains)('mail to a lead at %s goes to that domain in ASCII', async (domain) => {
    const raw = await compose(input({ to: { name: 'Zoë', address: `o'brien+x@${domain}` } }));
    const { headers } = readStrictly(raw);
    expect(headers.get('to')).toMatch(/<o'brien\+x@[a-z0-9.-]+>$/);
    expect((await PostalMime.parse(raw)).to).toHaveLength(1);
  });

  it.each([
    'zoë@client.example',
    '用户@client.example',
    '"a b"@client.example',
    'a..b@client.example',
    '.a@client.example',
    'a@b@client.example',
    `${'a'.repeat(65)}@client.example`,
    'a@-client.example',
    'a@client_x.example',
    'a@[127.0.0.1]',
    'a@client.example/x',
    'a@%41.example',
  ])('%j is refused in words: SES takes none of them', async (address) => {
    await expect(compose(input({ to: { address } }))).rejects.toMatchObject({ code: 'bad-address' });
  });
});

describe('what a provider reads about a message', () => {
  it('one click unsubscribes, the feedback id names no person, the thread goes back to its first message', async () => {
    const references = Array.from(
      { length: 40 },
      (_, n) => `<0100019${n}-3c1f-4d8e-9f00-000000000000-000000@eu-west-1.amazonses.com>`,
    );
    const thread = { inReplyTo: references.at(-1) ?? '', references, subject: 'Hello' };
    const { headers } = readStrictly(await compose(input({ thread })));
    expect(headers.get('list-unsubscribe')).toBe(`<https://volley.example/u/${'a'.repeat(250)}>`);
    expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(headers.get('feedback-id')).toBe('evaluation-guide:marketing:welcome:northwind');
    expect(headers.get('references')?.split(/\s+/)).toEqual(references);
  });

  it.each([
    ['Northwind', 'northwind'],
    ['Müller & Söhne Maschinenbau GmbH', 'muller-sohne-ma'],
    ['IBM', 'ibm-mail'],
    ['三菱', 'news-example'],
  ])('the feedback id of %s ends in %s: 5 to 15 characters, the same for all its mail', (company, sender) => {
    const id = feedbackId({
      cadence: 'renewal',
      purpose: 'service',
      email: 'renewal-terms',
      company,
      domain: 'news.example',
    });
    expect(id).toBe(`renewal:service:renewal-terms:${sender}`);
    expect(sender.length).toBeGreaterThanOrEqual(5);
    expect(sender.length).toBeLessThanOrEqual(15);
  });

  it('a link too long for one line of a message is refused', async () => {
    const unsubscribeUrl = `https://volley.example/${'a'.repeat(1_000)}`;
    await expect(compose(input({ unsubscribeUrl }))).rejects.toMatchObject({ code: 'bad-unsubscribe-url' });
  });
});

describe('the checker of these tests refuses what the RFCs refuse', () => {
  const sent = compose(input({ text: 'Grüße' })).then((raw) => raw.toString('latin1'));
  it.each<[string, (raw: string) => string]>([
    ['a bare LF', (raw) => raw.replace('\r\n\r\n', '\r\n\r\na\nb')],
    ['a NUL', (raw) => `${raw}\0\r\n`],
    ['a long line', (raw) => `${raw}${'x'.repeat(999)}\r\n`],
    ['a header that could be folded', (raw) => `X-Long: ${'word '.repeat(20)}end\r\n${raw}`],
    ['a header of eight bits', (raw) => `X-Name: \xfc\r\n${raw}`],
    ['a header twice', (raw) => `Subject: again\r\n${raw}`],
    ['no From', (raw) => raw.replace(/^From: .*\r\n/m, '')],
    ['an encoded word beyond 75', (raw) => `X-Name: =?utf-8?q?${'a'.repeat(70)}?=\r\n${raw}`],
    ['an encoded word that cuts a letter in two', (raw) => `X-Name: =?utf-8?q?=C3?=\r\n${raw}`],
    ['a boundary never closed', (raw) => raw.replace(/--\r\n$/, '\r\n')],
    ['quoted-printable with another escape', (raw) => raw.replace('=C3=BC', '=ZZ')],
  ])('%s', async (_, broken) => {
    const raw = await sent;
    expect(() => readStrictly(Buffer.from(raw, 'latin1'))).not.toThrow();
    expect(broken(raw)).not.toBe(raw);
    expect(() => readStrictly(Buffer.from(broken(raw), 'latin1'))).toThrow();
  });
});
