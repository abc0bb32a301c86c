/** Emails with `thread: previous` answer in the thread of what their run has sent before. */
import { afterEach, describe, expect, it } from 'vitest';
import type { EmailTemplate, Playbook } from '../../src/core/playbook.ts';
import { DAY } from '../../src/core/time.ts';
import { readMessage } from '../../src/email/inbound/message.ts';
import { touchByMessage } from '../../src/store/touches.ts';
import { cadence, email, inARow, playbook, wait } from '../core/support/playbook.ts';
import { openWorld, START, type World } from '../support/world.ts';

let world: World;
afterEach(() => world.close());

const markdown = (id: string, more: Partial<EmailTemplate> = {}): EmailTemplate => ({
  id,
  subject: `About ${id}, {{ lead.firstName }}`,
  phase: 'thought-leadership',
  repeat: 'never',
  body: `This is ${id}.\n`,
  ...more,
});
const talk = (...emails: readonly EmailTemplate[]): Playbook =>
  playbook({
    hash: 'thread-playbook',
    cadences: {
      talk: cadence('talk', {
        purpose: 'sales',
        runs: { custody: ['sales', 'marketing', 'nobody'], else: 'exit' },
        entry: { when: { source: 'true', timed: false, test: () => true }, again: { kind: 'once' } },
        ...inARow(...emails.flatMap(({ id }) => [email(id), wait(`after-${id}`, 'P2D')])),
      }),
    },
    emails: Object.fromEntries(emails.map((one) => [one.id, one])),
  });
const previous = { thread: 'previous' } as const;

interface Sent {
  readonly id: string;
  readonly subject: string;
  readonly inReplyTo: string | undefined;
  readonly references: string | undefined;
  readonly replyTo: string | undefined;
}

async function play(version: Playbook, answer?: (world: World) => void): Promise<{ lead: string; sent: Sent[] }> {
  world = await openWorld({ playbook: version });
  answer?.(world);
  const lead = await world.lead('ada@acme.example');
  await world.play(lead, START + 20 * DAY);
  const sent = await Promise.all(
    world.mailbox.messages().map(async ({ id }) => {
      const { header, subject } = await readMessage((await world.mailbox.raw(id)) ?? Buffer.alloc(0));
      const [inReplyTo] = header('in-reply-to');
      const [references] = header('references');
      const [replyTo] = header('reply-to');
      return { id: header('message-id')[0] ?? '', subject, inReplyTo, references, replyTo };
    }),
  );
  return { lead, sent };
}

describe('an email with `thread: previous`', () => {
  it('answers the email before, in its thread and under its subject, however many there are', async () => {
    const { sent } = await play(talk(markdown('hello'), markdown('again', previous), markdown('last', previous)));
    const [hello, again, last] = sent;
    expect(sent.map(({ subject }) => subject)).toEqual([
      'About hello, Ada',
      'Re: About hello, Ada',
      'Re: About hello, Ada',
    ]);
    expect(hello).toMatchObject({ inReplyTo: undefined, references: undefined });
    expect(again).toMatchObject({ inReplyTo: hello?.id, references: hello?.id });
    expect(last).toMatchObject({ inReplyTo: again?.id, references: `${hello?.id} ${again?.id}` });
    expect(hello?.id).toMatch(/^<[0-9a-f-]+@eu-central-1\.amazonses\.com>$/);
    expect(new Set(sent.map(({ replyTo }) => replyTo)).size).toBe(1);
  });

  it('goes on from the latest thread when one began anew in between', async () => {
    const { sent } = await play(talk(markdown('hello'), markdown('other'), markdown('again', previous)));
    expect(sent[2]).toMatchObject({ subject: 'Re: About other, Ada', inReplyTo: sent[1]?.id, references: sent[1]?.id });
  });

  it('begins a thread of its own when nothing went before, and the next one goes on in it', async () => {
    const { sent } = await play(
      talk(markdown('hello'), markdown('again', previous), markdown('last', previous)),
      ({ mailbox }) => mailbox.control({ mode: 'reject', count: 1 }),
    );
    expect(sent.map(({ subject, inReplyTo }) => [subject, inReplyTo])).toEqual([
      ['About again, Ada', undefined],
      ['Re: About again, Ada', sent[0]?.id],
    ]);
  });

  it('keeps the subject that went out, whatever the lead is called since', async () => {
    const version = talk(markdown('hello'), markdown('again', previous));
    world = await openWorld({ playbook: version });
    const lead = await world.lead('ada@acme.example');
    await world.play(lead, START + DAY);
    await world.database.db.updateTable('leads').set({ first_name: 'Augusta' }).where('id', '=', lead).execute();
    await world.play(lead, START + 10 * DAY);
    expect(world.mailbox.messages().map(({ subject }) => subject)).toEqual([
      'About hello, Ada',
      'Re: About hello, Ada',
    ]);
  });

  it('is found back by a reply: by the id leads have it under', async () => {
    const { lead, sent } = await play(talk(markdown('hello'), markdown('again', previous)));
    const ids = [sent[1]?.id, sent[0]?.id].map((id) => (id ?? '').slice(1, -1));
    const touch = await touchByMessage(world.database.db, ids);
    expect(touch).toMatchObject({ leadId: lead, step: 'again' });
  });
});
