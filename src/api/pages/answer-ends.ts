/** The pages after an answer, and those that say why there is nothing to answer. */
import type { Rep } from '../../core/facts.ts';
import { REVIEW } from '../../core/review.ts';
import { dayAndTime } from '../../core/words.ts';
import { personOf } from '../../notices/brief.ts';
import type { ToldTask } from '../../notices/task.ts';
import type { Given } from '../answer.ts';
import { Problem } from '../problem/problem.ts';
import type { Asked } from './answer-form.ts';
import { card } from './card.ts';
import { EMPTY, html } from './html.ts';

/** What was answered, and what comes next. */
export function done({ claims, told, playbook }: Asked, given: Given): Response {
  const { lead, task } = told;
  const who = personOf(lead.fields);
  switch (claims.answer) {
    case 'accept': {
      const { phone } = lead.fields;
      return card({
        title: 'Accepted',
        body: html`<h1>${who} is yours</h1>
<p>Marketing keeps out of your way from here.${phone === '' ? EMPTY : html` The phone number is ${phone}.`}</p>`,
      });
    }
    case 'reject': {
      const rule = playbook.returns[given.reason ?? ''];
      return card({
        title: 'Given back',
        body: html`<h1>${who} is given back</h1>
<p>${rule?.disqualify === true ? 'Nobody contacts the lead again.' : 'Marketing has the lead again.'} The reason is kept: ${given.reason ?? ''}.</p>`,
      });
    }
    default:
      if (task.kind === REVIEW)
        return card({
          title: 'Done',
          body: html`<h1>${claims.answer === 'skip' ? 'The email is kept back' : 'The email goes'}</h1>
<p>${task.title}</p>`,
        });
      return card({
        title: 'Done',
        body: html`<h1>${claims.answer === 'skip' ? 'Skipped' : 'Done'}</h1><p>${task.title}</p>`,
      });
  }
}

interface Now {
  /** Who has the task now. */
  readonly rep: Rep;
  /** Of whoever looks. */
  readonly zone: string;
  /** Whether the rep of the link has answered it. */
  readonly mine: boolean;
}

/** The task is not the rep's to answer any more: what happened meanwhile, and who has it. */
export function noLonger(told: ToldTask, { rep, zone, mine }: Now): Response {
  const { task } = told;
  const title = mine
    ? 'You have answered this'
    : task.state === 'open'
      ? 'Somebody else has this now'
      : 'Already answered';
  return card({
    title,
    status: mine ? 200 : 409,
    body: html`<h1>${title}</h1>
<p><strong>${task.title}</strong></p>
<p>${meanwhile(told, rep, zone)}</p>
<p><small>This link changed nothing.</small></p>`,
  });
}

function meanwhile({ task, lead }: ToldTask, rep: Rep, zone: string): string {
  const at = task.acceptedAt ?? task.closedAt;
  const since = at === null ? '' : ` on ${dayAndTime(at, zone)} (${zone})`;
  const by = task.answeredBy === null ? '' : ` by ${task.answeredBy === rep.id ? rep.name : task.answeredBy}`;
  const has = lead.custody === 'sales' ? (lead.custodian ?? 'a pool') : lead.custody;
  switch (task.state) {
    case 'open': {
      const taken = task.assignedAt === null ? '' : ` since ${dayAndTime(task.assignedAt, zone)} (${zone})`;
      return task.assignee === null ? 'It waits in its pool.' : `${rep.name} (${rep.id}) has it${taken}.`;
    }
    case 'accepted':
      return `It was accepted${by}${since}. ${rep.name} (${rep.id}) has the lead.`;
    case 'done':
      return `It was closed${by}${since}. The next move is with ${has}.`;
    case 'rejected':
      return `It was given back${by}${since}. The next move is with ${has}.`;
    case 'expired':
      return `Its time was over${since}, or what it was for ended. The next move is with ${has}.`;
  }
}

/** One answer for every broken token: it tells nothing of what is known here. */
export const forged = (): Response =>
  card({
    title: 'Link not found',
    status: 404,
    body: html`<h1>This link does not work</h1>
<p>It may have been cut off on the way. Open it from the email again.</p>`,
  });

export const expired = (): Response =>
  card({
    title: 'Link expired',
    status: 410,
    body: html`<h1>This link has expired</h1>
<p>It changed nothing. A newer email has a newer link; your list of tasks has the task, if it is still open.</p>`,
  });

/** What was to be looked at has gone, will not go any more, or cannot be made. @throws what is no problem of ours */
export function noEmail(error: unknown): Response {
  if (!(error instanceof Problem)) throw error;
  return card({
    title: 'No email to send',
    status: 409,
    body: html`<h1>There is no email to send</h1><p>${error.message}</p>`,
  });
}

/** The task or its rep is gone. */
export const notThere = (status: 403 | 404 = 404): Response =>
  card({
    title: 'Nothing to answer',
    status,
    body: html`<h1>There is nothing to answer any more</h1><p>This link changed nothing.</p>`,
  });
