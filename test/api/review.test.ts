/** An email that a rep looks at before it goes: the draft, the answer by API and by link, and what the lead gets. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { HOUR } from '../../src/core/time.ts';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { signAnswerToken } from '../../src/email/answer-tokens.ts';
import { readMessage } from '../../src/email/inbound/message.ts';
import { createSender, type Sender } from '../../src/email/sender.ts';
import { exampleFiles, openApi, SECRET, START, type TestApi } from './support/api.ts';

const files = {
  ...exampleFiles,
  'emails/evaluation-welcome.md': (exampleFiles['emails/evaluation-welcome.md'] ?? '').replace(
    'phase: thought-leadership',
    'phase: thought-leadership\nreview: rep',
  ),
  'cadences/evaluation-guide.yaml': (exampleFiles['cadences/evaluation-guide.yaml'] ?? '').replace(
    'else: [country, company] }',
    'else: [country, company], spread: none }',
  ),
};

let api: TestApi;
let mailbox: Mailbox;
let sender: Sender;
beforeAll(async () => {
  api = await openApi();
  mailbox = await startMailbox();
  sender = createSender({
    region: 'local',
    endpoint: mailbox.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const { status, body } = await api.call('POST /v1/playbook/apply', { body: { files } });
  expect([status, body.errors ?? []]).toEqual([200, []]);
});
beforeEach(() => {
  api.now = START;
});
afterAll(async () => {
  sender.close();
  await mailbox.close();
  await api.close();
});

/** What the workflow does until nothing is due. */
async function play(leadId: string): Promise<void> {
  const mail = { secret: SECRET, publicUrl: 'https://volley.example' };
  const advance = createAdvance({ ...api.deps, sender, mail });
  for (let maySend = false; ; ) {
    const { w } = await advance(leadId, { maySend });
    if (w === undefined || w.t > api.now) return;
    maySend = w.q === 'e';
  }
}
interface Asked {
  readonly leadId: string;
  readonly address: string;
  readonly task: { readonly id: string; readonly assignee: string };
}
let people = 0;
async function asked(more: Record<string, unknown> = {}): Promise<Asked> {
  const address = `ada@reviewed-${++people}.example`;
  const leadId = await api.lead(address, more);
  await play(leadId);
  const { tasks } = (await api.call(`GET /v1/leads/${leadId}`)).body;
  expect(tasks).toMatchObject([{ kind: 'review-email', state: 'open', step: 'welcome' }]);
  return { leadId, address, task: tasks[0] };
}
const answer = (task: string, verb: string, body: unknown = {}) => api.call(`POST /v1/tasks/${task}/${verb}`, { body });
/** What the lead got. */
async function got(address: string): Promise<{ subject: string; raw: string }[]> {
  const mine = mailbox.messages().filter(({ to }) => JSON.stringify(to).includes(address));
  return Promise.all(
    mine.map(async ({ id }) => {
      const raw = (await mailbox.raw(id)) ?? Buffer.alloc(0);
      const { subject, text } = await readMessage(raw);
      return { subject, raw: text ?? '' };
    }),
  );
}
const draft = (task: string) => api.call(`GET /v1/tasks/${task}/draft`);

describe('the draft', () => {
  test('is the email as the lead would get it now, and nothing has gone', async () => {
    const { task, address } = await asked();
    const { status, body } = await draft(task.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      email: 'evaluation-welcome',
      language: 'en',
      subject: 'Before you compare tools, count your handovers',
      edit: { subject: 'Before you compare tools, count your handovers' },
    });
    expect(body.text).toContain('Hello Ada,');
    expect(body.html).toContain('Hello Ada,');
    expect(body.edit.text).toMatch(/^Hello Ada,\n/);
    expect(await got(address)).toEqual([]);
  });

  test('what a lead typed is no markup in what a rep goes on writing', async () => {
    const { task } = await asked({ firstName: 'A*d*a [x]' });
    const { edit } = (await draft(task.id)).body;
    expect(edit.text).toContain('A\\*d\\*a \\[x\\]');
  });

  test('is there for its own rep, and for tasks of this kind alone', async () => {
    const { task } = await asked();
    expect((await api.call(`GET /v1/tasks/${task.id}/draft`, { key: await api.keyOf(task.assignee) })).status).toBe(
      200,
    );
    expect((await api.call(`GET /v1/tasks/${task.id}/draft`, { key: api.keys.rep })).status).toBe(403);
    const offer = await api.offered('offered@review.example');
    expect(await draft(offer.task.id)).toMatchObject({ status: 409, body: { type: '/problems/wrong-answer' } });
  });
});

describe('the answer', () => {
  test('`send` lets it go as it stands, once', async () => {
    const { leadId, address, task } = await asked();
    expect(await answer(task.id, 'complete', { disposition: 'send' })).toMatchObject({ status: 200 });
    await play(leadId);
    await play(leadId);
    const messages = await got(address);
    expect(messages).toMatchObject([{ subject: 'Before you compare tools, count your handovers' }]);
    expect(messages[0]?.raw).toContain('Hello Ada,');
    expect(await draft(task.id)).toMatchObject({ status: 409, body: { type: '/problems/task-closed' } });
    expect(await answer(task.id, 'reopen')).toMatchObject({ status: 409, body: { type: '/problems/answer-stands' } });
  });

  test('`edit` sends the rep’s words, with the footer of any mail; Liquid in them is text', async () => {
    const { leadId, address, task } = await asked();
    const text = 'Dear **Ada**,\n\nas we said: {{ lead.email }} {% now %}\n\nLena';
    const answered = await answer(task.id, 'complete', { disposition: 'edit', subject: 'As we said', text });
    expect(answered).toMatchObject({ status: 200, body: { state: 'done', draft: { subject: 'As we said', text } } });
    await play(leadId);
    const [message, ...more] = await got(address);
    expect(more).toEqual([]);
    expect(message?.subject).toBe('As we said');
    expect(message?.raw).toContain('Dear Ada');
    expect(message?.raw).toContain('as we said: {{ lead.email }} {% now %}');
    expect(message?.raw).toContain('/u/');
    expect(message?.raw).not.toContain('Most teams start');
    // Told to who asks for access, and to nobody else: neither state nor journal nor inbox know the words.
    const { body } = await api.call(`GET /v1/leads/${leadId}/export`);
    expect(body.messages).toMatchObject([{ subject: 'As we said', text: expect.stringContaining('Dear Ada') }]);
    expect(body.tasks).toMatchObject([{ draft: { text } }]);
    expect(JSON.stringify([body.profile, body.journal, body.inbox])).not.toContain('as we said');
  });

  test('`skip` keeps it back, and the cadence goes on', async () => {
    const { leadId, address, task } = await asked();
    expect((await answer(task.id, 'skip')).status).toBe(200);
    await play(leadId);
    expect(await got(address)).toEqual([]);
    const { items } = (await api.call(`GET /v1/leads/${leadId}/journal?type=touch.skipped`)).body;
    expect(items).toMatchObject([{ step: 'welcome', reason: 'kept-back' }]);
  });

  test('none by the deadline: it does not go', async () => {
    const { leadId, address, task } = await asked();
    api.now = START + 25 * HOUR;
    await play(leadId);
    expect(await got(address)).toEqual([]);
    expect((await api.call(`GET /v1/tasks/${task.id}`)).body.state).toBe('expired');
    expect(await answer(task.id, 'complete', { disposition: 'send' })).toMatchObject({
      status: 409,
      body: { type: '/problems/task-closed' },
    });
  });

  test('of 20 at once one wins, and one message goes at most', async () => {
    const { leadId, address, task } = await asked();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0
          ? answer(task.id, 'complete', { disposition: 'send' })
          : answer(task.id, 'complete', { disposition: 'edit', text: `version ${n}` }),
      ),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    await Promise.all([play(leadId), play(leadId), play(leadId)]);
    expect(await got(address)).toHaveLength(1);
  });

  test('an unsubscribe after it is heard: nothing goes', async () => {
    const { leadId, address, task } = await asked();
    await answer(task.id, 'complete', { disposition: 'send' });
    await api.call('POST /v1/suppressions', { body: { email: address, reason: 'asked' } });
    await play(leadId);
    expect(await got(address)).toEqual([]);
  });

  test.each([
    ['complete', {}, 409, 'wrong-answer'],
    ['complete', { disposition: 'connected' }, 409, 'wrong-answer'],
    ['complete', { disposition: 'edit' }, 422, 'bad-draft'],
    ['complete', { disposition: 'send', text: 'Hello' }, 422, 'bad-draft'],
    ['complete', { disposition: 'edit', text: '<script>1</script>' }, 422, 'bad-draft'],
    ['complete', { disposition: 'edit', text: '   \n' }, 422, 'bad-draft'],
    ['complete', { disposition: 'edit', text: '<!-- x -->' }, 422, 'bad-draft'],
    ['complete', { disposition: 'edit', text: '\u200b' }, 422, 'bad-draft'],
    ['complete', { disposition: 'edit', text: 'Hello\n\n<div style="display:none"><div>' }, 422, 'bad-draft'],
    ['complete', { disposition: 'edit', text: 'Hello', subject: '  ' }, 422, 'bad-draft'],
    ['complete', { disposition: 'edit', text: 'Hello', subject: 'two\nlines' }, 400, 'bad-input'],
    ['accept', {}, 409, 'wrong-answer'],
  ])('%s %j is refused, and the task stays open', async (verb, body, status, type) => {
    const { task } = await asked();
    expect(await answer(task.id, verb, body)).toMatchObject({ status, body: { type: `/problems/${type}` } });
    expect((await api.call(`GET /v1/tasks/${task.id}`)).body).toMatchObject({ state: 'open', draft: null });
  });
});

describe('the answer page', () => {
  const page = (what: 'GET' | 'POST', { id, assignee }: Asked['task'], verb: 'complete' | 'skip', form = {}) =>
    api.call(`${what} /a/${signAnswerToken(SECRET, { task: id, answer: verb, rep: assignee }, api.now)}`, {
      key: null,
      ...(what === 'POST' && { raw: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' }),
    });

  test('shows the email as text, and takes the rep’s words', async () => {
    const { leadId, address, task } = await asked({ firstName: 'Ada & Bob' });
    const shown = await page('GET', task, 'complete');
    expect(shown.status).toBe(200);
    expect(shown.body).toContain('Send this email?');
    expect(shown.body).toContain('Before you compare tools');
    expect(shown.body).toContain('Hello Ada &amp; Bob,');
    expect(shown.body).not.toMatch(/<script|<b>|src=/);
    const wrong = await page('POST', task, 'complete', { disposition: 'edit', text: '<form>' });
    expect(wrong.status).toBe(422);
    expect(wrong.body).toContain('&lt;form&gt;');
    expect(
      (await page('POST', task, 'complete', { disposition: 'edit', text: 'In my words', subject: 'Mine' })).status,
    ).toBe(200);
    await play(leadId);
    expect(await got(address)).toMatchObject([{ subject: 'Mine', raw: expect.stringContaining('In my words') }]);
  });

  test('sends with one button, or keeps it back', async () => {
    const one = await asked();
    expect((await page('POST', one.task, 'complete', { disposition: 'send' })).body).toContain('The email goes');
    const other = await asked();
    expect((await page('GET', other.task, 'skip')).body).toContain('Keep this email back?');
    expect((await page('POST', other.task, 'skip')).body).toContain('The email is kept back');
    await play(one.leadId);
    await play(other.leadId);
    expect([(await got(one.address)).length, (await got(other.address)).length]).toEqual([1, 0]);
  });
});

test('erasing the person takes the rep’s words along', async () => {
  const { leadId, task } = await asked();
  await answer(task.id, 'complete', { disposition: 'edit', text: 'Words about Ada' });
  await play(leadId);
  await api.call(`DELETE /v1/leads/${leadId}`);
  const left = await api.store.database.db
    .selectFrom('tasks')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', task.id), eb('draft_text', 'like', '%Words about%')]))
    .execute();
  expect(left).toEqual([]);
});
