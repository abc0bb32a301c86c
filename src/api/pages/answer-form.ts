/** The page that asks: the task, what the answer does, and a form to confirm it. */
import type { Rep } from '../../core/facts.ts';
import type { Playbook, ReturnRule } from '../../core/playbook.ts';
import { REVIEW } from '../../core/review.ts';
import type { Instant } from '../../core/time.ts';
import { dayAndTime } from '../../core/words.ts';
import type { AnswerClaims, AnswerVerb } from '../../email/answer-tokens.ts';
import type { BriefPart } from '../../notices/brief.ts';
import type { ToldTask } from '../../notices/task.ts';
import type { DraftEmail } from '../drafts.ts';
import { FACT } from './answer-words.ts';
import { card } from './card.ts';
import { EMPTY, type Html, html } from './html.ts';
import { reviewForms } from './review-form.ts';

/** A link that is good, and what it is about. */
export interface Asked {
  readonly claims: AnswerClaims;
  readonly told: ToldTask;
  readonly rep: Rep;
  readonly playbook: Playbook;
  /** The rep's. */
  readonly zone: string;
  readonly now: Instant;
}

interface Shown {
  readonly brief: readonly BriefPart[];
  /** How the task may end, beside `done`. */
  readonly outcomes: readonly string[];
  /** The email that the task is about, where it is one to look at. */
  readonly draft?: DraftEmail | undefined;
  readonly other: { readonly answer: AnswerVerb; readonly path: string };
  readonly wrong?: readonly string[] | undefined;
  /** What was typed before. */
  readonly given?: URLSearchParams | undefined;
}

const TITLES: Readonly<Record<AnswerVerb, string>> = {
  accept: 'Accept this lead?',
  reject: 'Give this lead back?',
  complete: 'Complete this task?',
  skip: 'Skip this task?',
};

const REVIEW_TITLES: Readonly<Record<AnswerVerb, string>> = {
  ...TITLES,
  complete: 'Send this email?',
  skip: 'Keep this email back?',
};

const INSTEAD: Readonly<Record<AnswerVerb, string>> = {
  accept: 'Accept it instead',
  reject: 'Give it back instead',
  complete: 'Complete it instead',
  skip: 'Skip it instead',
};

export function askPage(asked: Asked, { brief, outcomes, draft, other, wrong = [], given }: Shown): Response {
  const { told, claims, rep, zone } = asked;
  const { task } = told;
  const title = task.kind === REVIEW ? REVIEW_TITLES[claims.answer] : TITLES[claims.answer];
  const forms =
    draft !== undefined
      ? reviewForms(draft, given)
      : claims.answer === 'reject'
        ? rejectForms(asked, given)
        : form(claims.answer, outcomes, given);
  return card({
    title,
    status: wrong.length > 0 ? 422 : 200,
    body: html`<h1>${title}</h1>
<p><strong>${task.title}</strong><br>For ${rep.name}, answer by ${dayAndTime(task.sla?.acceptBy ?? task.dueAt, zone)}.</p>
${wrong.length === 0 ? EMPTY : html`<div class="wrong" role="alert">${wrong.map((line) => html`<p>${line}</p>`)}</div>`}
<p>${effectOf(asked)}</p>
${forms}
<p><a href="${other.path}">${task.kind === REVIEW ? REVIEW_INSTEAD[other.answer] : INSTEAD[other.answer]}</a></p>
${brief.map(section)}`,
  });
}

const section = ({ title, lines }: BriefPart): Html =>
  html`<h2>${title}</h2><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>\n`;

const REVIEW_INSTEAD: Readonly<Record<AnswerVerb, string>> = {
  ...INSTEAD,
  complete: 'Look at it and send it instead',
  skip: 'Keep it back instead',
};

/** What happens when the form is sent. */
function effectOf({ claims, told, playbook }: Asked): string {
  switch (claims.answer) {
    case 'accept': {
      const cadence = playbook.handoffs[told.task.handoff ?? '']?.cadence;
      return `The lead is yours from then on${cadence === undefined ? '' : `, and ${cadence} starts`}.`;
    }
    case 'reject':
      return 'The lead is no longer offered to you. Say why: what follows is what both teams agreed on.';
    case 'complete':
      if (told.task.kind === REVIEW) return 'It goes in its send window, unless the lead may not be mailed by then.';
      return told.task.enrollment === null
        ? 'The task is done.'
        : 'The task is done, and the cadence goes on by how it ended.';
    case 'skip':
      if (told.task.kind === REVIEW) return 'The email does not go, and the cadence goes on.';
      return `The task is closed without being done${told.task.enrollment === null ? '' : ', and the cadence goes on'}.`;
  }
}

const note = (given: URLSearchParams | undefined, id: string): Html =>
  html`<label for="${id}">Note (optional)</label><textarea id="${id}" name="note" rows="3" maxlength="5000">${given?.get('note') ?? ''}</textarea>`;

const SEND: Readonly<Record<Exclude<AnswerVerb, 'reject'>, string>> = {
  accept: 'Accept',
  complete: 'Complete',
  skip: 'Skip',
};

function form(
  answer: Exclude<AnswerVerb, 'reject'>,
  outcomes: readonly string[],
  given: URLSearchParams | undefined,
): Html {
  const ends = outcomes.length === 0 ? [] : [...outcomes.filter((name) => name !== 'done'), 'done'];
  const chosen = given?.get('disposition');
  const choice = (name: string): Html =>
    html`<label class="choice"><input type="radio" name="disposition" value="${name}" required${name === chosen ? html` checked` : EMPTY}>${name === 'done' ? 'done, none of these' : name}</label>`;
  return html`<form method="post">
${ends.length === 0 ? EMPTY : html`<fieldset><legend>How did it end?</legend>${ends.map(choice)}</fieldset>`}
${note(given, 'note')}
<button type="submit">${SEND[answer]}</button>
</form>`;
}

/** A form a reason, so that each asks for its own facts, without a script. */
function rejectForms({ playbook }: Asked, given: URLSearchParams | undefined): Html {
  const chosen = given?.get('reason') ?? undefined;
  return html`${Object.values(playbook.returns).map((rule) => reasonForm(rule, rule.id === chosen ? given : undefined))}`;
}

function reasonForm(rule: ReturnRule, given: URLSearchParams | undefined): Html {
  const id = `r-${rule.id}`;
  const field = (fact: string): Html =>
    html`<label for="${id}-${fact}">${fact}</label><input id="${id}-${fact}" name="${FACT}${fact}" required maxlength="2000" value="${given?.get(`${FACT}${fact}`) ?? ''}">`;
  const date = html`<label for="${id}-until">Not before (else in ${rule.after?.else ?? ''})</label><input id="${id}-until" name="until" type="date" value="${given?.get('until') ?? ''}">`;
  return html`<details name="reason"${given === undefined ? EMPTY : html` open`}><summary>${rule.id}</summary>
<p>${followsFrom(rule)}</p>
<form method="post"><input type="hidden" name="reason" value="${rule.id}">
${rule.facts.map(field)}${rule.after?.ask === true ? date : EMPTY}
${note(given, `${id}-note`)}
<button type="submit">Give back: ${rule.id}</button></form></details>
`;
}

/** What both teams agreed follows a return. */
function followsFrom({ recycle, after, disqualify, minAttempts }: ReturnRule): string {
  const what = disqualify
    ? 'Nobody contacts the lead again.'
    : recycle === undefined
      ? 'Marketing has the lead again.'
      : `Marketing takes it up with ${recycle}${after === undefined ? ', at once' : after.ask ? ', on your date' : `, after ${after.else}`}.`;
  return minAttempts === undefined ? what : `${what} Only after ${minAttempts} attempts.`;
}
