/** A year of one lead's mail: every email of the example playbook, through the renderer, SES's wire and the mailbox. */
import { isSending } from '../../src/core/playbook.ts';
import { DAY, type Instant } from '../../src/core/time.ts';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { compose, replyAddress } from '../../src/email/compose.ts';
import { feedbackId } from '../../src/email/feedback-id.ts';
import { createRenderer } from '../../src/email/render.ts';
import { createSender } from '../../src/email/sender.ts';
import { signReplyToken, signToken } from '../../src/email/tokens.ts';
import { compile, readPlaybookFolder } from '../../src/playbook/index.ts';
import { leadOf } from '../email/fixture.ts';

export const LEAD = leadOf({ company: 'Client Maschinenbau', locale: 'en', role: 'operations' });
const LEAD_ID = '0192f3a0-1111-7222-8333-444455556666';
const SECRET = 'a secret of at least thirty-two characters';
const START = Date.parse('2026-11-24T09:12:00Z');

export interface Year {
  readonly mailbox: Mailbox;
  /** Each email once as HTML, by its id. */
  readonly letters: ReadonlyMap<string, string>;
  /** How many the lead got. */
  readonly sent: number;
  close(): Promise<void>;
}

export async function startYear(): Promise<Year> {
  let now: Instant = START;
  const compiled = compile((await readPlaybookFolder('playbook')).files);
  if (!compiled.ok) throw new Error('the example playbook does not compile');
  const { playbook } = compiled;
  const mailbox = await startMailbox({ now: () => now });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sender = createSender({ region: 'eu-west-1', endpoint: mailbox.url, credentials });
  const steps = Object.values(playbook.cadences).flatMap((cadence) =>
    Object.values(cadence.steps).flatMap((step) =>
      isSending(step) && step.kind === 'email' ? [{ cadence, email: step.email }] : [],
    ),
  );
  // What only a `pick` sends belongs to a year as well.
  const picked = Object.keys(playbook.emails).filter((id) => !steps.some(({ email }) => email === id));
  const nurture = playbook.cadences['keep-warm'];
  if (nurture === undefined) throw new Error('the example playbook has no keep-warm');
  const year = [...steps, ...picked.map((email) => ({ cadence: nurture, email }))];
  const letters = new Map<string, string>();
  for (const [n, { cadence, email }] of year.entries()) {
    now = START + Math.floor((n * 365) / year.length) * DAY;
    const { purpose } = cadence;
    const touchId = `touch_${n}`;
    const unsubscribeUrl = `https://volley.example/u/${signToken(SECRET, { leadId: LEAD_ID, purpose, touch: touchId })}`;
    const rep = { id: 'lena@northwind.example', name: 'Lena Fischer' };
    const rendered = createRenderer(playbook).render(email, { purpose, lead: LEAD, rep, unsubscribeUrl });
    letters.set(email, rendered.html);
    const raw = await compose({
      ...rendered,
      to: { name: `${LEAD.firstName} ${LEAD.lastName}`, address: LEAD.email },
      replyTo: replyAddress(signReplyToken(SECRET, LEAD_ID), playbook.company.replyDomain),
      unsubscribeUrl,
      feedbackId: feedbackId({
        cadence: cadence.id,
        purpose,
        email,
        company: playbook.company.name,
        domain: 'x.example',
      }),
      date: now,
      touchId,
    });
    await sender.send({ raw, from: rendered.from.address, to: LEAD.email, touchId, cadence: cadence.id, purpose });
  }
  sender.close();
  return { mailbox, letters, sent: year.length, close: () => mailbox.close() };
}
