/** Personal context: what is kept of how a lead comes, and when it is at its best. */
import { describe, expect, it } from 'vitest';
import { bestHourOf, toldBy } from '../../src/core/context.ts';
import { iso } from '../../src/core/time.ts';
import { HISTORY, viewOf } from '../../src/core/view.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

const agreed = playbook({ cadences: {}, routes: [] });
const START = '2026-11-24T10:00:00Z';
const berlin = { lead: { ...leadFields, timeZone: 'Europe/Berlin' } };

const played = () => new PlayedLead(agreed, START, berlin);
const contextIn = (lead: PlayedLead) => {
  const { device, place, channel, bestHour } = viewOf(lead.state, lead.facts, lead.playbook, lead.now, HISTORY).context;
  return { device, place, channel, bestHour };
};
const did = (lead: PlayedLead, at: string, more: { human?: boolean; type?: string; context?: object } = {}): void => {
  const { human = true, type = 'page.pricing', context } = more;
  lead.put({ kind: 'signal', type, human, ...(context ? { context } : {}) }, Date.parse(at));
};

describe('what a signal tells', () => {
  it.each([
    [{ device: 'Mobile' }, { device: 'mobile' }],
    [{ userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148' }, { device: 'mobile' }],
    [{ userAgent: 'Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X)' }, { device: 'tablet' }],
    [{ userAgent: 'Mozilla/5.0 (Linux; Android 16; Pixel 10) Mobile Safari/537.36' }, { device: 'mobile' }],
    [{ userAgent: 'Mozilla/5.0 (Linux; Android 16; SM-X910) Safari/537.36' }, { device: 'tablet' }],
    [{ userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)' }, { device: 'desktop' }],
    [{ userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' }, {}],
    [{ city: 'Berlin', country: 'DE' }, { place: 'Berlin, DE' }],
    [{ country: 'DE' }, { place: 'DE' }],
    [{ place: 'the fair in Hannover', city: 'Berlin' }, { place: 'the fair in Hannover' }],
    [{ utm_source: 'Newsletter', utm_medium: 'Email' }, { channel: 'email' }],
    [{ channel: 'x'.repeat(500) }, { channel: 'x'.repeat(60) }],
    [{ device: 7, place: null, channel: {} }, {}],
  ])('%j', (data, told) => {
    expect(toldBy(data)).toEqual(told);
  });
});

describe('what is kept', () => {
  it('is empty for somebody nothing is known of', () => {
    expect(contextIn(played())).toEqual({ device: '', place: '', channel: '', bestHour: -1 });
  });

  it('is what the newest human signal told, each of the three by itself', () => {
    const lead = played();
    lead.now = Date.parse('2026-11-26T10:00:00Z');
    did(lead, '2026-11-25T09:00:00Z', { context: { device: 'mobile', place: 'Berlin, DE' } });
    did(lead, '2026-11-25T08:00:00Z', { context: { device: 'desktop', channel: 'email' } });
    did(lead, '2026-11-25T12:00:00Z', { human: false, type: 'email.opened', context: { device: 'tablet' } });
    lead.look();
    expect(contextIn(lead)).toMatchObject({ device: 'mobile', place: 'Berlin, DE', channel: 'email' });
  });
});

describe('the best hour', () => {
  it('is that of the most human signals, on the lead’s clock; three at least, and no meetings', () => {
    const lead = played();
    lead.now = Date.parse('2026-12-20T10:00:00Z');
    for (const day of ['01', '02', '03', '04']) {
      did(lead, `2026-12-${day}T03:10:00Z`, { human: false, type: 'email.opened' });
      did(lead, `2026-12-${day}T15:00:00Z`, { type: 'meeting.held' });
    }
    did(lead, '2026-12-05T08:20:00Z');
    did(lead, '2026-12-06T08:40:00Z');
    lead.look();
    expect(contextIn(lead).bestHour).toBe(-1);
    did(lead, '2026-12-07T13:00:00Z');
    lead.look();
    expect(contextIn(lead).bestHour).toBe(9);
  });

  it('follows a lead whose habits change: what was long ago weighs less', () => {
    const lead = played();
    lead.now = Date.parse('2027-11-01T10:00:00Z');
    for (const day of ['01', '02', '03', '04']) did(lead, `2026-12-${day}T08:00:00Z`);
    for (const day of ['18', '19']) did(lead, `2027-10-${day}T14:00:00Z`);
    lead.look();
    expect(bestHourOf(lead.state, 'Europe/Berlin', lead.now)).toBe(16);
  });

  it('is the hour of the send where the window prefers it, the nearest there is when it lies outside', () => {
    const sentAt = (hours: readonly string[]): string => {
      const window = { ...cadence('a').window, prefer: 'best-hour' as const };
      const nurture = cadence('nurture', {
        window,
        entry: { when: always, again: { kind: 'once' } },
        ...inARow(wait('first', 'P7D'), email('hello')),
      });
      const lead = new PlayedLead(
        playbook({ cadences: { nurture }, emails: { hello: template('hello') }, routes: [] }),
        START,
        berlin,
      );
      lead.look();
      for (const [n, hour] of hours.entries()) did(lead, `2026-11-2${n + 5}T${hour}:15:00Z`);
      lead.playTo('2026-12-20T00:00:00Z');
      return iso(lead.touches[0]?.at ?? 0);
    };
    expect(sentAt(['10', '10', '10'])).toMatch(/T10:/);
    expect(sentAt(['14', '14', '14'])).toMatch(/T14:/);
    // The window closes at 17:00 in Berlin.
    expect(sentAt(['20', '20', '20'])).toMatch(/T15:/);
    expect(sentAt(['03', '03', '03'])).toMatch(/T08:/);
  });
});
