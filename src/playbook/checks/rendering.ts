/** Makes every email once, as sending would: what cannot be sent to anybody is a mistake of the playbook. */
import { VolleyError } from '../../core/errors.ts';
import { DEFAULT_LANGUAGE } from '../../core/language.ts';
import type { Playbook, Purpose } from '../../core/playbook.ts';
import type { LeadFields } from '../../core/scope.ts';
import { checkBody } from '../../email/markdown.ts';
import type { Mistake } from '../../email/mistake.ts';
import { createRenderer } from '../../email/render.ts';
import type { EmailFile } from '../frontmatter.ts';
import { mjmlOf } from '../mjml.ts';
import type { PlaybookProblem } from '../problems.ts';
import { Raw } from '../raw.ts';
import type { Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

const FULL: LeadFields = {
  email: 'ada@engines.example',
  firstName: 'Ada',
  lastName: 'Lovelace',
  company: 'Engines',
  domain: 'engines.example',
  role: 'operations',
  title: 'Head of Operations',
  country: 'GB',
  timeZone: 'Europe/London',
  locale: 'en-GB',
  phone: '+442079460000',
  source: 'website',
  campaign: 'spring',
  freemail: false,
  attributes: {},
};
/** Of whom nothing but the address is known. */
const BARE: LeadFields = {
  ...FULL,
  ...{ firstName: '', lastName: '', company: '', role: '', title: '', country: '', timeZone: '' },
  ...{ locale: '', phone: '', source: '', campaign: '' },
};
const REP = { id: 'rep@example.com', name: 'Rep' };

/**
 * Markup that no email may hold; said beside every other mistake of the file.
 * @param stored an applied version: what only newer rules refuse is not said
 */
export function checkMarkup(email: EmailFile, stored: boolean, report: Report): void {
  const { source, bodyOffset } = email;
  for (const { offset, message, expected, recent } of markupMistakes(email))
    if (!stored || recent !== true) report.problems.push(source.atOffset(bodyOffset + offset, message, expected));
}

function markupMistakes(email: EmailFile): readonly Mistake[] {
  if (email.format === 'mjml') return mjmlOf(email)?.mistakes ?? [];
  if (email.body.trim() === '') return [];
  try {
    return checkBody(email.body);
  } catch {
    return []; // Liquid that cannot be read has been said.
  }
}

/** A thousand emails of 12 paragraphs take 4 s of one core. */
const LONGEST_MS = 20_000;
/** Each costs the time limit of a render. */
const MOST_SLOW = 3;

/** @param playbook without any other mistake */
export function checkRendering(playbook: Playbook, { emails, translations }: Workspace, report: Report): void {
  const renderer = createRenderer(playbook);
  const own = playbook.company.language ?? DEFAULT_LANGUAGE;
  const make = (emailId: string, language: string | undefined, lead: LeadFields): unknown => {
    // The words around it differ by purpose, the email itself does not.
    const purpose: Purpose = 'marketing';
    try {
      renderer.render(emailId, { purpose, language, lead, rep: REP, unsubscribeUrl: 'https://example.com/u/1' });
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const began = process.threadCpuUsage();
  let slow = 0;
  for (const email of [...emails, ...translations]) {
    const { id, language = own, source, bodyOffset } = email;
    const { user, system } = process.threadCpuUsage(began);
    if (slow >= MOST_SLOW || user + system > LONGEST_MS * 1_000) {
      const message = 'the emails take too long to make, and from here on none has been tried';
      report.problems.push(source.atOffset(bodyOffset, message, `at most ${LONGEST_MS / 1_000} seconds for all`));
      return;
    }
    const error = make(id, language, FULL);
    if (error !== undefined) {
      if (error instanceof VolleyError && error.code === 'email-too-slow') slow += 1;
      report.problems.push(problemOf(email, error, 'the email cannot be made', 'an email'));
      continue;
    }
    const bare = make(id, language, BARE);
    if (bare === undefined) continue;
    const message = 'the email cannot be made for a lead of whom only the address is known';
    report.problems.push(
      problemOf(email, bare, message, "a value for everybody: {{ lead.company | default: 'your company' }}"),
    );
  }
}

const ENDLESS = /limit exceeded|Invalid (?:array|string) length/i;

/** At the template that it came from, as far as that can be told: what fails is made of the file, not the file. */
function problemOf(email: EmailFile, error: unknown, message: string, expected: string): PlaybookProblem {
  const { source, body, bodyOffset } = email;
  const subject = Raw.of(source).get('subject');
  const said = `${message}: ${words(error)}`;
  if (error instanceof VolleyError && /^(?:email-empty-subject|header-injection)$/.test(error.code))
    return subject.problem(said, expected);
  const endless = ENDLESS.test(words(error)) || (error instanceof VolleyError && error.code === 'email-too-slow');
  const what = endless ? `${message}: it repeats too much, makes too much text, or takes too long` : said;
  const instead = endless ? 'fewer rounds of {% for %}, and shorter texts' : expected;
  const token = failedAt(error);
  const found = token === undefined ? -1 : body.indexOf(token);
  const at = found === -1 && endless ? body.search(/\{%-?\s*for\b/) : found;
  const inSubject = token === undefined ? -1 : (subject.text ?? '').indexOf(token);
  if (at === -1 && inSubject !== -1) return source.inside(subject.path, inSubject, what, instead);
  return source.atOffset(bodyOffset + Math.max(at, 0), what, instead);
}

/** The piece of Liquid that failed, as it is written. */
function failedAt(error: unknown): string | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (typeof cause !== 'object' || cause === null || !('token' in cause)) return undefined;
  const { token } = cause;
  if (typeof token !== 'object' || token === null || !('getText' in token)) return undefined;
  const text: unknown = typeof token.getText === 'function' ? token.getText() : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Lines that an error of Liquid names are not those of the file. */
const words = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split(/\n|, line:\d+/, 1)[0] ?? '';
