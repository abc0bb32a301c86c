import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { cleanups, folderOf, send, start } from './mailbox-support.ts';

describe('what it keeps', () => {
  it('survives a restart, with ids, touches and raw bytes', async () => {
    const folder = await folderOf();
    const first = await startMailbox({ folder });
    const ids = [await send(first.url, 'a'), await send(first.url, 'b', 'bob@client.example', { subject: 'Zwölf' })];
    const raw = await first.raw(ids[1] ?? '');
    const kept = first.messages();
    await first.close();
    const second = await start({ folder });
    expect(second.messages()).toEqual(kept);
    expect(await second.raw(ids[1] ?? '')).toEqual(raw);
    await send(second.url, 'c');
    expect(second.messages().map(({ touch }) => touch)).toEqual(['a', 'b', 'c']);
  });

  it.each([1, 50, 3_000])(
    'drops a record torn %i bytes before its end and goes on after the last whole one',
    async (bytes) => {
      const folder = await folderOf();
      const first = await startMailbox({ folder });
      await send(first.url, 'a');
      await send(first.url, 'b', 'bob@client.example', { html: 'x'.repeat(5_000) });
      await first.close();
      const file = join(folder, 'messages.log');
      await truncate(file, (await stat(file)).size - bytes);
      const second = await startMailbox({ folder });
      expect(second.messages().map(({ touch }) => touch)).toEqual(['a']);
      const id = await send(second.url, 'c');
      await second.close();
      const third = await start({ folder });
      expect(third.messages().map(({ touch }) => touch)).toEqual(['a', 'c']);
      expect(String(await third.raw(id))).toContain('List-Unsubscribe-Post');
    },
  );

  it('loads records that are larger than what is read at once', async () => {
    const folder = await folderOf();
    const first = await startMailbox({ folder });
    for (let n = 0; n < 40; n += 1)
      await send(first.url, `t${n}`, 'ada@client.example', { html: 'y'.repeat(n * 2_000) });
    await first.close();
    await appendFile(join(folder, 'messages.log'), '{"id":"torn');
    const second = await start({ folder });
    expect(second.messages().map(({ touch }) => touch)).toEqual(Array.from({ length: 40 }, (_, n) => `t${n}`));
  });

  it('has every message it answered for after kill -9 in the middle of sends', async () => {
    const folder = await folderOf();
    const child = fork(join(import.meta.dirname, 'mailbox-process.ts'), [folder], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    cleanups.push(() => child.kill('SIGKILL'));
    const url = await urlOf(child);
    const answered: string[] = [];
    const senders = Array.from({ length: 8 }, async (_, lane) => {
      for (let n = 0; ; n += 1) {
        const sent = await send(url, `t-${lane}-${n}`).then(
          () => true,
          () => false,
        );
        if (!sent) return;
        answered.push(`t-${lane}-${n}`);
        if (answered.length === 60) child.kill('SIGKILL');
      }
    });
    await Promise.all(senders);
    const counts = (await start({ folder })).touchCounts();
    for (const touch of answered) expect(counts.get(touch)).toBe(1);
    expect(answered.length).toBeGreaterThanOrEqual(60);
  });

  it('is emptied by DELETE, also in the file', async () => {
    const folder = await folderOf();
    const first = await startMailbox({ folder });
    await send(first.url, 'a');
    expect((await fetch(`${first.url}/messages`, { method: 'DELETE' })).status).toBe(204);
    await send(first.url, 'b');
    await first.close();
    expect((await start({ folder })).messages().map(({ touch }) => touch)).toEqual(['b']);
  });
});

describe('control', () => {
  it('a mode holds for as many sends as said', async () => {
    const mailbox = await start();
    const answer = await fetch(`${mailbox.url}/control`, {
      method: 'POST',
      body: JSON.stringify({ mode: 'throttle', count: 2 }),
    });
    expect(await answer.json()).toMatchObject({ mode: 'throttle', remaining: 2 });
    await expect(send(mailbox.url, 'a')).rejects.toMatchObject({ code: 'throttled' });
    await expect(send(mailbox.url, 'a')).rejects.toMatchObject({ code: 'throttled' });
    await send(mailbox.url, 'a');
    expect(mailbox.status()).toMatchObject({ mode: 'ok', remaining: null, attempts: 3, messages: 1 });
  });

  it('enforces the quota of 24 hours, which rolls on, and tells it', async () => {
    let at = Date.parse('2026-11-23T09:00:00Z');
    const mailbox = await start({ now: () => at, quota: { perSecond: 20, per24Hours: 2 } });
    await send(mailbox.url, 'a');
    at += 60_000;
    await send(mailbox.url, 'b');
    await expect(send(mailbox.url, 'c')).rejects.toMatchObject({ code: 'daily-quota' });
    expect(mailbox.status().quota).toEqual({ perSecond: 20, per24Hours: 2, sentLast24Hours: 2 });
    at = Date.parse('2026-11-24T09:00:00Z');
    await send(mailbox.url, 'c');
    await expect(send(mailbox.url, 'd')).rejects.toMatchObject({ code: 'daily-quota' });
    const body = JSON.stringify({ quota: { per24Hours: 3 } });
    const told: unknown = await (await fetch(`${mailbox.url}/control`, { method: 'POST', body })).json();
    expect(told).toMatchObject({ quota: { perSecond: 20, per24Hours: 3, sentLast24Hours: 2 } });
    await send(mailbox.url, 'd');
  });

  it.each(['{', '{"mode":"nonsense"}', '{"count":0}', '{"modes":"ok"}', ''])(
    '%j is refused with words',
    async (body) => {
      const mailbox = await start();
      const answer = await fetch(`${mailbox.url}/control`, { method: 'POST', body });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toHaveProperty('error');
    },
  );

  it('another site’s page cannot steer it', async () => {
    const mailbox = await start();
    const answer = await fetch(`${mailbox.url}/messages`, {
      method: 'DELETE',
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
  });

  it('tells programs of each message before the answer goes out', async () => {
    const mailbox = await start();
    const seen: (string | undefined)[] = [];
    const stop = mailbox.onMessage(({ touch }) => seen.push(touch));
    await send(mailbox.url, 'a');
    expect(seen).toEqual(['a']);
    stop();
    await send(mailbox.url, 'b');
    expect(seen).toEqual(['a']);
  });

  it('lists messages by address and touch, in pages, and counts repeated touches', async () => {
    const mailbox = await start();
    for (const [touch, to] of [
      ['a', 'ada@client.example'],
      ['b', 'bob@client.example'],
      ['a', 'ada@client.example'],
    ] as const)
      await send(mailbox.url, touch, to);
    const list = async (query: string): Promise<unknown> => (await fetch(`${mailbox.url}/messages${query}`)).json();
    expect(await list('?to=BOB@client.example')).toMatchObject({
      total: 1,
      items: [{ touch: 'b', subject: 'Hello' }],
      next: null,
    });
    expect(await list('?touch=a&limit=1')).toMatchObject({ total: 2, items: [{ touch: 'a' }], next: '1' });
    expect(await list('?touch=a&limit=1&cursor=1')).toMatchObject({ items: [{ touch: 'a' }], next: null });
    expect(await (await fetch(`${mailbox.url}/touches`)).json()).toEqual({
      distinct: 2,
      messages: 3,
      repeated: [{ touch: 'a', count: 2 }],
    });
  });
});

async function urlOf(child: ChildProcess): Promise<string> {
  const [message]: unknown[] = await once(child, 'message');
  if (typeof message !== 'string') throw new Error('the mailbox process sent no address');
  return message;
}
