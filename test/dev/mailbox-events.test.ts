import { describe, expect, it } from 'vitest';
import { startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { folderOf, receiver, send, start } from './mailbox-support.ts';

describe('events', () => {
  it('Send and Delivery arrive in order, with the touch, the clock’s time and the authorization', async () => {
    const hook = await receiver();
    const now = () => Date.parse('2027-01-05T09:00:00Z');
    const mailbox = await start({ eventsUrl: hook.url, eventsAuth: { authorization: 'Bearer k' }, now });
    for (const touch of ['a', 'b', 'c']) await send(mailbox.url, touch);
    await mailbox.eventsDelivered();
    expect(hook.told()).toEqual(['a send', 'a delivery', 'b send', 'b delivery', 'c send', 'c delivery']);
    expect(hook.events[0]).toMatchObject({
      at: now(),
      messageId: mailbox.messages()[0]?.id,
      recipients: ['ada@client.example'],
    });
    expect(new Set(hook.authorizations)).toEqual(new Set(['Bearer k']));
  });

  it('the simulator’s addresses bounce and complain', async () => {
    const hook = await receiver();
    const mailbox = await start({ eventsUrl: hook.url });
    for (const who of ['bounce+1', 'softbounce', 'complaint', 'success'])
      await send(mailbox.url, who.replace('+', '_'), `${who}@simulator.amazonses.com`);
    await send(mailbox.url, 'real', 'bounce@client.example');
    await mailbox.eventsDelivered();
    expect(hook.told().filter((told) => !told.endsWith('send'))).toEqual([
      'bounce_1 bounce',
      'softbounce bounce',
      'complaint delivery',
      'complaint complaint',
      'success delivery',
      'real delivery',
    ]);
    expect(hook.events.filter(({ type }) => type === 'bounce')).toMatchObject([{ means: 'hard' }, { means: 'soft' }]);
  });

  it('a kept message bounces or is complained about when told', async () => {
    const hook = await receiver();
    const mailbox = await start({ eventsUrl: hook.url });
    const id = await send(mailbox.url, 'a');
    await fetch(`${mailbox.url}/messages/${id}/bounce`, { method: 'POST', body: '{"permanent":false}' });
    await fetch(`${mailbox.url}/messages/${id}/complaint`, { method: 'POST' });
    await mailbox.eventsDelivered();
    expect(hook.told().slice(2)).toEqual(['a bounce', 'a complaint']);
    expect(mailbox.bounce('nope')).toBe(false);
  });

  it('held events wait until they are released', async () => {
    const hook = await receiver();
    const mailbox = await start({ eventsUrl: hook.url });
    mailbox.control({ events: 'hold' });
    await send(mailbox.url, 'a');
    mailbox.control({ events: 'send' });
    await send(mailbox.url, 'b');
    await mailbox.eventsDelivered();
    expect(hook.told()).toEqual(['b send', 'b delivery']);
    expect(mailbox.status().heldEvents).toBe(2);
    mailbox.control({ release: true });
    await mailbox.eventsDelivered();
    expect(hook.told().slice(2)).toEqual(['a send', 'a delivery']);
  });

  it('repeated events arrive twice, lost ones never', async () => {
    const hook = await receiver();
    const mailbox = await start({ eventsUrl: hook.url });
    mailbox.control({ events: 'repeat' });
    await send(mailbox.url, 'a');
    mailbox.control({ events: 'none' });
    await send(mailbox.url, 'b');
    await mailbox.eventsDelivered();
    expect(hook.told()).toEqual(['a send', 'a send', 'a delivery', 'a delivery']);
  });

  it('are tried again while the receiver fails, and lose neither order nor number', async () => {
    const hook = await receiver((request) => (request <= 2 ? 503 : 200));
    const mailbox = await start({ eventsUrl: hook.url });
    await send(mailbox.url, 'a');
    await send(mailbox.url, 'b');
    await mailbox.eventsDelivered();
    expect(hook.told()).toEqual(['a send', 'a delivery', 'b send', 'b delivery']);
  });

  it('that the receiver refuses are counted, and do not hold up the next', async () => {
    const hook = await receiver((request) => (request === 1 ? 401 : 200));
    const mailbox = await start({ eventsUrl: hook.url });
    await send(mailbox.url, 'a');
    await mailbox.eventsDelivered();
    await send(mailbox.url, 'b');
    await mailbox.eventsDelivered();
    expect(mailbox.status().refusedEvents).toMatchObject({ count: 2, last: expect.stringContaining('401') });
    expect(hook.told()).toEqual(['b send', 'b delivery']);
  });

  it('of messages nobody was told about go out after a restart, the told ones do not', async () => {
    const folder = await folderOf();
    const hook = await receiver();
    const first = await startMailbox({ folder, eventsUrl: hook.url });
    await send(first.url, 'told');
    await first.eventsDelivered();
    first.control({ events: 'hold' });
    await send(first.url, 'untold');
    await first.close();
    const second = await start({ folder });
    second.setEventsTarget(hook.url);
    await second.eventsDelivered();
    expect(hook.told()).toEqual(['told send', 'told delivery', 'untold send', 'untold delivery']);
  });
});
