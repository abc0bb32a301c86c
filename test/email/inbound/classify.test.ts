/** What comes back from a person, and what machines send: by messages as mail programs write them. */
import { describe, expect, it } from 'vitest';
import { classify, type Inbound } from '../../../src/email/inbound/classify.ts';
import { readMessage } from '../../../src/email/inbound/message.ts';
import { samples } from './samples.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const classified = async (raw: Buffer): Promise<Inbound> => classify(await readMessage(raw), NOW);

const FILES = ['replies', 'away', 'machines', 'reports'] as const;

it('there are at least 60 samples, of every class', () => {
  const all = FILES.flatMap((file) => samples(file));
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(new Set(all.map(({ is }) => is[0]))).toEqual(
    new Set(['reply', 'out-of-office', 'auto', 'list', 'delivery-report', 'complaint']),
  );
});

describe('replies', () => {
  it.each(samples('replies'))('$name', async ({ is, more, raw }) => {
    const found = await classified(raw);
    expect(found).toEqual({
      class: 'reply',
      stop: is[1] === 'stop',
      text: (more['text'] ?? '').replaceAll('\\n', '\n'),
    });
  });
});

describe('out of office', () => {
  it.each(samples('away'))('$name', async ({ is, more, raw }) => {
    const found = await classified(raw);
    const until = is[1] === undefined ? undefined : { day: is[1], away: is[2] === 'away' };
    expect(found).toMatchObject({ class: 'out-of-office' });
    expect(found.class === 'out-of-office' && found.until).toEqual(until);
    if (more['text'] !== undefined) expect(found).toMatchObject({ text: more['text'].replaceAll('\\n', '\n') });
  });
});

describe('machines', () => {
  it.each(samples('machines'))('$name', async ({ is, raw }) => {
    const found = await classified(raw);
    expect(found.class).toBe(is[0]);
    expect('stop' in found && found.stop).toBe(is[1] === 'stop');
  });
});

describe('reports', () => {
  it.each(samples('reports'))('$name', async ({ is, more, raw }) => {
    const found = await classified(raw);
    expect(found.class).toBe(is[0]);
    if (found.class === 'delivery-report') {
      const failed = found.report.failed.map(({ recipient, permanent, status }) =>
        [recipient ?? 'unnamed', permanent ? 'permanent' : 'passing', status].join(' ').trim(),
      );
      expect(failed.join(', ') || 'none').toBe(more['failed']);
    }
    if (found.class === 'complaint') expect(found.report.recipients.join(', ') || 'none').toBe(more['recipients']);
    if (more['about'] !== undefined) expect('report' in found && found.report.about).toContain(more['about']);
  });
});
