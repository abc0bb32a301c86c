/** Messages that come back: what they are answered as, and what they do to the lead they are from. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { replyAddress } from '../../src/email/compose.ts';
import { INBOUND_MAX } from '../../src/email/inbound/message.ts';
import { signReplyToken } from '../../src/email/tokens.ts';
import { touchById } from '../../src/store/touches.ts';
import { samples } from '../email/inbound/samples.ts';
import { openApi, SECRET, START, type TestApi } from './support/api.ts';
import { touchTo } from './support/touch.ts';

let api: TestApi;
let leadId: string;
let email: string;
let n = 0;

beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

beforeEach(async () => {
  n += 1;
  email = `inbound-${n}@acme.example`;
  leadId = await api.lead(email, { country: 'DE' });
  await touchTo(api, leadId, { id: `touch-${n}`, to_email: email, ses_message_id: `0108019b-${n}` });
});

const sent = (): string => `<0108019b-${n}@eu-west-1.amazonses.com>`;
const mail = (headers: Record<string, string>, text: string): string =>
  [
    ...Object.entries({
      From: `Ada <${email}>`,
      Subject: 'Re: A question',
      Date: 'Tue, 24 Nov 2026 09:30:00 +0000',
      'Message-ID': `<reply-${n}@acme.example>`,
      'Content-Type': 'text/plain; charset=utf-8',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
    '',
    text,
  ].join('\r\n');
const post = (raw: string | Uint8Array<ArrayBuffer>, type: string | null = 'message/rfc822') =>
  api.call('POST /hooks/inbound', { key: api.keys.integration, raw, type });
const journal = async (type: string) =>
  (await api.call(`GET /v1/leads/${leadId}/journal?type=${type}`)).body.items as {
    at: string;
    cadence?: string;
    step?: string;
    sentence: string;
    data: Record<string, unknown>;
  }[];
const suppressions = async () => (await api.call(`GET /v1/suppressions?email=${email}`)).body.items;

describe('a reply', () => {
  test('is found by the email it answers, and does what the playbook says for a person', async () => {
    const answer = await post(
      mail({ From: 'Somebody <else@private.example>', 'In-Reply-To': sent() }, 'Call me.\n\n-- \nAda'),
    );
    expect(answer).toMatchObject({ status: 200, body: { class: 'reply', text: 'Call me.', lead: { id: leadId } } });
    expect(Object.keys(answer.body).toSorted()).toEqual(['class', 'lead', 'text']);
    expect(api.nudged).toContain(leadId);
    await api.advance(leadId);
    const [entry] = await journal('signal.received');
    expect(entry).toMatchObject({
      at: '2026-11-24T10:00:00.000Z',
      cadence: 'evaluation-guide',
      step: 'welcome',
      data: { type: 'reply.received', class: 'human', text: 'Call me.', signalAt: START },
    });
    expect(entry?.sentence).toBe('The lead replied to evaluation-guide / welcome. “Call me.”');
  });

  test('counts from when it was written; not from before there was a lead', async () => {
    api.now = START + 3_600_000;
    await post(mail({ Date: 'Tue, 24 Nov 2026 10:30:00 +0000' }, 'Yes'));
    await api.advance(leadId);
    const [entry] = await journal('signal.received');
    expect(entry?.data).toMatchObject({ signalAt: Date.parse('2026-11-24T10:30:00Z') });
    api.now = START;
  });

  test('is found by the reply address, whatever its case', async () => {
    const to = replyAddress(signReplyToken(SECRET, leadId), 'reply.northwind.example').toUpperCase();
    expect(await post(mail({ From: 'x@private.example', To: `Northwind <${to}>` }, 'Yes'))).toMatchObject({
      body: { class: 'reply', lead: { id: leadId } },
    });
  });

  test('is found by its sender, when there is nothing else', async () => {
    expect((await post(mail({}, 'Yes'))).body).toEqual({ class: 'reply', text: 'Yes', lead: { id: leadId } });
  });

  test('is taken once by its Message-ID, and answered the same again', async () => {
    const raw = mail({ 'In-Reply-To': sent() }, 'Yes');
    const first = await post(raw);
    expect((await post(`X-Forwarded: again\r\n${raw}`)).body).toEqual(first.body);
    await api.advance(leadId);
    expect(await journal('signal.received')).toHaveLength(1);
  });

  test('tells the rep who gets the lead what was written', async () => {
    await post(mail({ 'In-Reply-To': sent() }, 'We have a budget from January.'));
    await api.call('POST /v1/handoffs', { body: { lead: { id: leadId }, handoff: 'hot' } });
    await api.advance(leadId);
    const { body } = await api.call('GET /v1/tasks?state=open&limit=100');
    const task = body.items.find((one: { lead: { id: string } }) => one.lead.id === leadId);
    expect(task.context.said).toEqual({ at: '2026-11-24T10:00:00.000Z', text: 'We have a budget from January.' });
  });

  test('that only asks for no more mail is an unsubscribe, and no sign of interest', async () => {
    expect((await post(mail({ 'In-Reply-To': sent() }, 'unsubscribe'))).body.class).toBe('reply');
    expect(await suppressions()).toMatchObject([{ purpose: 'marketing', reason: 'unsubscribed' }]);
    await api.advance(leadId);
    expect(await journal('signal.received')).toEqual([]);
  });
});

describe('an absence', () => {
  test('pauses until the lead is there again, in the lead’s own zone, and is no reply', async () => {
    await api.advance(leadId);
    const before = (await api.call(`GET /v1/leads/${leadId}`)).body.score.engagement;
    const auto = { 'Auto-Submitted': 'auto-replied', 'In-Reply-To': sent() };
    const answer = await post(mail(auto, 'Ich bin bis zum 03.12. nicht im Büro.'));
    expect(answer.body).toEqual({
      class: 'out-of-office',
      until: '2026-12-03T23:00:00.000Z',
      text: 'Ich bin bis zum 03.12. nicht im Büro.',
      lead: { id: leadId },
    });
    await api.advance(leadId);
    const [pause] = await journal('enrollment.paused');
    // The first midnight in Berlin after the last day away.
    expect(pause?.data).toMatchObject({ until: Date.parse('2026-12-03T23:00:00Z') });
    const { body } = await api.call(`GET /v1/leads/${leadId}`);
    expect(body.score.engagement).toBe(before);
  });
});

test('an absence answers when it is over, whether its text names the last day away or the first day back', async () => {
  const auto = { 'Auto-Submitted': 'auto-replied', 'In-Reply-To': sent() };
  const until = async (text: string) => {
    const { body } = await post(mail({ ...auto, 'Message-ID': `<away-${n}-${text.length}@b>` }, text));
    return body.until;
  };
  expect(await until('Ich bin bis einschließlich 4. Dezember nicht im Büro.')).toBe('2026-12-04T23:00:00.000Z');
  expect(await until('I am out of the office and back on 4 December 2026.')).toBe('2026-12-03T23:00:00.000Z');
});

describe('machines and lists', () => {
  test('leave an entry in the journal, and nothing follows', async () => {
    await api.advance(leadId);
    await post(mail({ 'Auto-Submitted': 'auto-generated', 'In-Reply-To': sent() }, 'We have got your request.'));
    await post(mail({ 'List-Id': '<a.b>', 'Message-ID': `<list-${n}@b>` }, 'News.'));
    await api.advance(leadId);
    expect((await journal('signal.received')).map((x) => x.data['class'])).toEqual(['auto', 'list']);
    expect(await journal('enrollment.paused')).toEqual([]);
  });
});

/** Samples name a message; put ours in its place. */
const report = (name: string, was: string, recipient: string): string => {
  const sample = samples('reports').find((one) => one.name.startsWith(name));
  return (sample?.raw.toString() ?? '').replaceAll(was, `0108019b-${n}@`).replaceAll(recipient, email);
};

describe('a delivery report', () => {
  test('for good suppresses the address for everything, and is kept at the touch', async () => {
    const raw = report('Postfix', '0108019a-1@', 'gone@acme.example');
    expect((await post(raw)).body).toEqual({ class: 'delivery-report', lead: { id: leadId } });
    await post(raw);
    expect(await suppressions()).toMatchObject([{ purpose: null, reason: 'bounced' }]);
    expect(await touchById(api.store.database.db, `touch-${n}`)).toMatchObject({
      bounce: 'Permanent/Report 5.1.1 (hard)',
    });
  });

  test('of a full mailbox is kept at the touch alone', async () => {
    await post(report('Exchange, full', '0108019a-2@', 'full@acme.example'));
    expect(await suppressions()).toEqual([]);
    expect(await touchById(api.store.database.db, `touch-${n}`)).toMatchObject({
      bounce: 'Transient/Report 5.2.2 (soft)',
    });
  });

  test('about mail that nobody here sent changes nothing: anybody can name an address', async () => {
    const raw = report('qmail', 'no such', 'gone@acme.example');
    expect((await post(raw)).body).toEqual({ class: 'delivery-report', lead: { id: leadId } });
    expect(await suppressions()).toEqual([]);
  });
});

describe('a complaint', () => {
  test.each([
    ['A complaint (ARF)', 'no such'],
    ['A complaint with the recipient struck out', '0108019a-10@'],
  ])('%s ends all mail to the address', async (name, was) => {
    expect((await post(report(name, was, 'ann@acme.example'))).body).toEqual({
      class: 'complaint',
      lead: { id: leadId },
    });
    expect(await suppressions()).toMatchObject([{ purpose: null, reason: 'complained' }]);
  });
});

describe('what cannot be taken', () => {
  test('a sender nobody knows is classified too', async () => {
    const answer = await post(
      mail({ From: 'who@nowhere.example', 'Auto-Submitted': 'auto-replied' }, 'I am on vacation.'),
    );
    expect(answer).toMatchObject({ status: 200, body: { class: 'out-of-office', text: 'I am on vacation.' } });
    expect(answer.body).not.toHaveProperty('lead');
  });

  test('another content type, another role, no message, too much: each in words', async () => {
    expect(await post(mail({}, 'Yes'), 'application/json')).toMatchObject({
      status: 415,
      body: { accepts: 'message/rfc822' },
    });
    expect(
      await api.call('POST /hooks/inbound', { key: api.keys.rep, raw: 'x', type: 'message/rfc822' }),
    ).toMatchObject({ status: 403 });
    for (const raw of ['', 'just some words', '{"a":1}', '\u0000\u0001', '\r\n\r\nbody']) {
      const answer = await post(raw);
      expect(answer, raw).toMatchObject({ status: 422, body: { type: '/problems/bad-message' } });
      expect(answer.body.detail).toMatch(/message/);
    }
    const large = new Uint8Array(INBOUND_MAX + 1);
    expect(await post(large)).toMatchObject({ status: 413, body: { type: '/problems/too-large' } });
  });

  test('a message made to hurt is answered in time', async () => {
    const nested = Array.from(
      { length: 3_000 },
      (_, i) => `--b${i}\r\nContent-Type: multipart/mixed; boundary="b${i + 1}"\r\n\r\n`,
    );
    const hurtful = [
      `From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b0"\r\n\r\n${nested.join('')}`,
      `From: a@b.example\r\n${'X-A: b\r\n'.repeat(100_000)}\r\nHello`,
      `From: a@b.example\r\nSubject: ${'=?UTF-8?Q?=E4?='.repeat(20_000)}\r\n\r\nHello`,
      `From: a@b.example\r\nContent-Type: text/html\r\n\r\n${'<div>'.repeat(100_000)}`,
      `From: a@b.example\r\n\r\n${`On ${'a '.repeat(200)}\n`.repeat(5_000)}`,
      `From: a@b.example\r\nAuto-Submitted: auto-replied\r\n\r\nout of office ${'bis zum den dem '.repeat(2_000)}`,
      `From: a@b.example\r\n\r\n${'-'.repeat(500_000)}`,
      `From: a@b.example\r\n\r\n${'_ '.repeat(300_000)}`,
      `From: ${'a@'.repeat(100_000)}\r\n\r\nHello`,
    ];
    for (const raw of hurtful) {
      const started = performance.now();
      const { status } = await post(raw);
      expect([200, 422]).toContain(status);
      expect(performance.now() - started).toBeLessThan(3_000);
    }
  });

  test('a NUL in an address or the text is left out: no text in Postgres may hold one', async () => {
    const raw = 'From: Ann <ann@\0.example>\r\nSubject: a\0b\r\nMessage-ID: <nul@a>\r\n\r\nHello\0 there\r\n';
    const answer = await post(new TextEncoder().encode(raw));
    expect(answer).toMatchObject({ status: 200, body: { class: 'reply', text: 'Hello there' } });
  });

  test('whatever bytes come, the answer is a class or a problem in words', async () => {
    const pool = [...samples('replies'), ...samples('away'), ...samples('machines'), ...samples('reports')];
    const damaged = fc
      .tuple(fc.constantFrom(...pool), fc.nat(), fc.uint8Array({ maxLength: 40 }), fc.nat(300))
      .map(([{ raw }, at, noise, cut]) => {
        const from = at % raw.length;
        return new Uint8Array([...raw.subarray(0, from), ...noise, ...raw.subarray(from + cut)]);
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ maxLength: 500 })), async (raw) => {
        const { status, body } = await post(new Uint8Array(raw));
        expect([200, 422]).toContain(status);
        if (status === 422) expect(body.detail).toEqual(expect.any(String));
      }),
      { numRuns: 150 },
    );
  });
});
