/** Links of an email on their way: where they lead, and what becomes of who followed them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { signClick } from '../../src/email/clicks/token.ts';
import { pendingLeads } from '../../src/store/inbox.ts';
import { openApi, PUBLIC_URL, SECRET, START, type TestApi } from './support/api.ts';
import { touchTo } from './support/touch.ts';

const BROWSER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

let api: TestApi;
let leadId: string;
let touch: string;
let n = 0;

beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

beforeEach(async () => {
  n += 1;
  api.now = START + n * 60 * MINUTE;
  leadId = await api.lead(`clicks@acme-${n}.example`);
  await api.advance(leadId);
  touch = `touch-${n}`;
  await touchTo(api, leadId, { id: touch, at: api.now, accepted_at: new Date(api.now) });
  api.nudged.length = 0;
});

const PAGE = 'https://northwind.example/pricing?for=ada%40acme.example';
const follow = (url: string, init: RequestInit = {}, token = signClick(SECRET, { touch, url })) =>
  api.app.request(`/c/${token}`, { headers: { 'user-agent': BROWSER }, ...init });
const clicks = async () => {
  await api.advance(leadId);
  const { items } = (await api.call(`GET /v1/leads/${leadId}/journal?type=signal.received`)).body;
  return items as { step: string; reason?: string; sentence: string; data: Record<string, unknown> }[];
};
const post = (body: unknown) => api.call('POST /hooks/ses', { key: api.keys.integration, body });
const report = (eventType: string, details: object) => ({
  eventType,
  mail: { timestamp: new Date(api.now).toISOString(), messageId: `ses-${n}`, tags: { touch: [touch] } },
  ...details,
});

describe('a person who clicks', () => {
  test('is led on at once, and the lead is told after a moment, of the link without what may be personal', async () => {
    api.now += MINUTE;
    const answer = await follow(PAGE);
    expect(answer.status).toBe(302);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      location: PAGE,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(api.nudged).toEqual([leadId]);
    expect(await clicks()).toEqual([]);
    api.now += 5 * SECOND;
    const [entry, ...more] = await clicks();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      cadence: 'evaluation-guide',
      step: 'welcome',
      data: { type: 'email.clicked', human: true, link: 'northwind.example/pricing' },
    });
  });

  test('twice has clicked once; another link is another click', async () => {
    api.now += MINUTE;
    await follow(PAGE);
    api.now += MINUTE;
    await follow(PAGE);
    api.now += MINUTE;
    await follow('https://northwind.example/demo');
    api.now += MINUTE;
    expect((await clicks()).map(({ data }) => data['link'])).toEqual([
      'northwind.example/pricing',
      'northwind.example/demo',
    ]);
  });

  test('is led on when the lead is not known any more, and nothing is kept', async () => {
    const answer = await follow(PAGE, {}, signClick(SECRET, { touch: 'erased', url: PAGE }));
    expect(answer.headers.get('location')).toBe(PAGE);
    expect(api.nudged).toEqual([]);
  });
});

describe('a link', () => {
  test('that was tampered with leads nowhere', async () => {
    const token = signClick(SECRET, { touch, url: PAGE });
    const forged = `${Buffer.from(`${touch}\nhttps://evil.example/`).toString('base64url')}.${token.split('.')[1]}`;
    for (const one of [forged, 'nonsense', `${token}A`]) {
      const answer = await follow('', {}, one);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('location')).toBeNull();
    }
  });

  test('takes nothing from the request: what stands behind it is no address to go to', async () => {
    const token = signClick(SECRET, { touch, url: PAGE });
    const answer = await follow('', {}, `${token}?url=https://evil.example/`);
    expect(answer.headers.get('location')).toBe(PAGE);
  });
});

describe('a program', () => {
  const counts = async () => {
    const found = await clicks();
    expect(found.every(({ data }) => data['human'] === false)).toBe(true);
    return found.map(({ data }) => data['sign']);
  };

  test('that asks for the head alone is led on and counts for nothing, wakes nobody, and is in the journal', async () => {
    api.now += MINUTE;
    const answer = await follow(PAGE, { method: 'HEAD' });
    expect(answer.status).toBe(302);
    expect(api.nudged).toEqual([]);
    expect(await pendingLeads(api.store.database.db, api.now + MINUTE, 100)).not.toContain(leadId);
    const [entry] = await clicks();
    expect(entry).toMatchObject({ reason: 'followed-by-program', data: { human: false, sign: 'head' } });
    expect(entry?.sentence).toMatch(/followed by a program/);
    const { body } = await api.call(`GET /v1/leads/${leadId}`);
    expect(body.score.engagement).toBe(0);
  });

  test('that follows every link in a moment is found out, though the first looked like a person', async () => {
    api.now += MINUTE;
    await follow(PAGE);
    expect(api.nudged).toEqual([leadId]);
    api.now += 300;
    await follow('https://northwind.example/demo');
    api.now += MINUTE;
    expect(await counts()).toEqual(['several-at-once', 'several-at-once']);
  });

  test('that asks for all links at the same time is found out', async () => {
    api.now += MINUTE;
    await Promise.all(['a', 'b', 'c'].map((page) => follow(`https://northwind.example/${page}`)));
    api.now += MINUTE;
    expect(await counts()).toEqual(['several-at-once', 'several-at-once', 'several-at-once']);
  });

  test('that follows the link nobody sees takes its other clicks with it', async () => {
    api.now += MINUTE;
    await follow(PAGE);
    api.now += 3 * SECOND;
    expect((await follow('')).status).toBe(200);
    api.now += MINUTE;
    expect((await counts()).toSorted()).toEqual(['trap', 'with-trap']);
  });

  test('that was before the delivery is found out when the delivery is told', async () => {
    api.now += MINUTE;
    await follow(PAGE);
    await post(report('Delivery', { delivery: { timestamp: new Date(api.now - SECOND).toISOString() } }));
    api.now += MINUTE;
    expect(await counts()).toEqual(['too-early']);
  });

  test('is in the journal once for a link, however often it comes', async () => {
    api.now += MINUTE;
    for (let again = 0; again < 5; again++) await follow(PAGE, { headers: { 'user-agent': 'curl/8' } });
    expect(await counts()).toEqual(['user-agent']);
  });
});

describe('events of SES', () => {
  const clicked = (link: string, userAgent = BROWSER, at = api.now) =>
    report('Click', { click: { timestamp: new Date(at).toISOString(), link, userAgent, ipAddress: '192.0.2.1' } });

  test('do not count our own links a second time', async () => {
    api.now += MINUTE;
    await follow(PAGE);
    const ours = `${PUBLIC_URL}/c/${signClick(SECRET, { touch, url: PAGE })}`;
    await post(clicked(ours));
    await post(clicked(ours));
    api.now += MINUTE;
    expect(await clicks()).toHaveLength(1);
  });

  test('of a link that SES alone follows count once, by the same rules', async () => {
    api.now += MINUTE;
    const event = clicked('https://northwind.example/sales');
    await post([event, event, clicked('https://northwind.example/x', 'BarracudaCentral/1.0', api.now + 20 * SECOND)]);
    api.now += MINUTE;
    const found = (await clicks()).map(({ data }) => [data['link'], data['human']]);
    expect(found.toSorted()).toEqual([
      ['northwind.example/sales', true],
      ['northwind.example/x', false],
    ]);
  });

  test('tell of an open once, which wakes nobody and counts for nothing; a proxy’s is none', async () => {
    const open = (userAgent: string) =>
      report('Open', { open: { timestamp: new Date(api.now).toISOString(), userAgent, ipAddress: '192.0.2.1' } });
    await post([open('Mozilla/5.0'), open('Mozilla/5.0 (via ggpht.com GoogleImageProxy)')]);
    expect(await clicks()).toEqual([]);
    await post([open(BROWSER), open(BROWSER)]);
    expect(api.nudged).toEqual([]);
    expect((await clicks()).map(({ data }) => [data['type'], data['human']])).toEqual([['email.opened', false]]);
  });
});

test('nothing of a request is kept but what it was taken for', async () => {
  api.now += MINUTE;
  await follow(PAGE, { headers: { 'user-agent': `${BROWSER} Canary/7`, 'x-forwarded-for': '203.0.113.77' } });
  const rows = await api.store.database.db.selectFrom('clicks').selectAll().where('lead_id', '=', leadId).execute();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toMatch(/Canary|203\.0|for=|acme/);
});
