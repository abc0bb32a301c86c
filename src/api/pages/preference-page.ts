/** The preference page: what the lead gets now, and a form for each change. No scripts, nothing from elsewhere. */
import type { Purpose } from '../../core/playbook.ts';
import type { Instant } from '../../core/time.ts';
import { card } from './card.ts';
import { EMPTY, type Html, html } from './html.ts';
import { fill } from './language.ts';
import { type Language, PREFERENCE_WORDS } from './preference-words.ts';

export interface Shown {
  readonly language: Language;
  /** Of the company. */
  readonly name: string;
  /** Of the email the link was in. */
  readonly purpose: Purpose;
  readonly topics: readonly { readonly id: string; readonly name: string; readonly wanted: boolean }[];
  /** Purposes it left itself, and may come back to. */
  readonly own: ReadonlySet<Purpose>;
  /** Purposes that only the company can open again. */
  readonly closed: ReadonlySet<Purpose>;
  readonly pausedUntil?: Instant | undefined;
  /** The lead's. */
  readonly zone: string;
  /** What the POST that this answers came to. */
  readonly said?: 'left' | 'saved' | 'back' | 'nothing' | 'unknown' | undefined;
  /** An email was under way and its end is not known. */
  readonly onItsWay?: boolean | undefined;
}

/** What the forms send as `do`; a POST without it is a mail program's, and leaves. */
export const ACTIONS = ['topics', 'pause', 'go-on', 'all', 'back'] as const;
export type Action = (typeof ACTIONS)[number];

const PURPOSES: readonly Purpose[] = ['marketing', 'sales', 'service'];

export function preferencePage(shown: Shown): Response {
  const { language, name, own, closed, purpose, said } = shown;
  const words = PREFERENCE_WORDS[language];
  const title = fill(words.title, { name });
  const open = (one: Purpose): boolean => !own.has(one) && !closed.has(one);
  const notice = noticeOf(shown);
  const left = PURPOSES.filter((one) => own.has(one) && !closed.has(one));
  const kind = said === 'unknown' ? html`class="wrong" role="alert"` : html`class="said" role="status"`;
  return card({
    title,
    ...(said === 'unknown' ? { status: 400 } : {}),
    lang: language,
    body: html`<h1>${title}</h1>
${notice === '' ? EMPTY : html`<p ${kind}>${notice}</p>`}
${left.length === 0 ? EMPTY : leftPart(shown, left)}
${closed.has(purpose) ? html`<p>${words.closed}</p>` : EMPTY}
${open(purpose) ? html`<form method="post"><button type="submit">${words.leave[purpose]}</button></form>` : EMPTY}
${open('marketing') ? html`${topicsForm(shown)}${pauseForm(shown)}` : EMPTY}
${open('marketing') || open('sales') ? allForm(shown) : EMPTY}`,
  });
}

/** What the POST came to, in words; never that somebody is subscribed who gets nothing. */
function noticeOf({ language, said, own, closed, purpose }: Shown): string {
  const words = PREFERENCE_WORDS[language];
  switch (said) {
    case 'saved':
      return words.saved;
    case 'back':
      return closed.has(purpose) ? words.saved : words.isBack;
    case 'nothing':
      return closed.has(purpose) || own.has(purpose) ? '' : words.already;
    case 'unknown':
      return words.unknown;
    default:
      return '';
  }
}

function leftPart({ language, name, said, onItsWay }: Shown, left: readonly Purpose[]): Html {
  const words = PREFERENCE_WORDS[language];
  const lines = left.map((one) => html`<p>${fill(words.left[one], { name })}</p>`);
  return html`<div${said === 'left' ? html` class="said" role="status"` : EMPTY}>${lines}
${onItsWay === true ? html`<p><small>${words.onItsWay}</small></p>` : EMPTY}</div>
${doForm('back', words.back)}`;
}

const doForm = (action: Action, label: string, hint = EMPTY): Html =>
  html`<form method="post"><input type="hidden" name="do" value="${action}"><button class="quiet" type="submit">${label}</button>${hint}</form>`;

function topicsForm({ language, topics }: Shown): Html {
  if (topics.length === 0) return EMPTY;
  const words = PREFERENCE_WORDS[language];
  const boxes = topics.map(
    ({ id, name, wanted }) =>
      html`<label class="choice"><input type="checkbox" name="topic" value="${id}"${wanted ? html` checked` : EMPTY}>${name}</label>
`,
  );
  return html`<form method="post"><input type="hidden" name="do" value="topics">
<fieldset><legend><h2>${words.topics}</h2></legend>
${boxes}</fieldset><button class="quiet" type="submit">${words.save}</button></form>`;
}

function pauseForm({ language, pausedUntil, zone }: Shown): Html {
  const words = PREFERENCE_WORDS[language];
  if (pausedUntil === undefined) return html`<h2>${words.much}</h2>${doForm('pause', words.pause)}`;
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: zone }).format(pausedUntil);
  return html`<p><strong>${fill(words.paused, { date })}</strong></p>${doForm('go-on', words.endPause)}`;
}

function allForm({ language }: Shown): Html {
  const words = PREFERENCE_WORDS[language];
  return doForm('all', words.leaveAll, html`<p><small>${words.leaveAllHint}</small></p>`);
}

/** One answer for every broken token: it tells nothing of who is known here. */
export function brokenLink(language: Language): Response {
  const { broken, brokenHint } = PREFERENCE_WORDS[language];
  return card({ title: broken, status: 404, lang: language, body: html`<h1>${broken}</h1><p>${brokenHint}</p>` });
}
