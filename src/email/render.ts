/**
 * Makes the subject, sender and both bodies of an email from the playbook's Markdown or MJML, and Liquid. Every
 * email is compiled at most once per playbook version, purpose and language; a render then only fills in values.
 */
import type { Template } from 'liquidjs';
import { VolleyError } from '../core/errors.ts';
import { wordsFor } from '../core/language.ts';
import type { Company, EmailTemplate, EmailWords, Playbook, Purpose } from '../core/playbook.ts';
import type { LeadFields } from '../core/scope.ts';
import { closeUp } from './close-up.ts';
import { type Edited, literal } from './edited.ts';
import { createEngines, type Engines } from './engines.ts';
import { type Address, headerText, isAddress } from './headers.ts';
import { guardMarkdown } from './inert.ts';
import { htmlDocument, mjmlDocument, textDocument } from './layout.ts';
import { RENDER_LIMIT_MS, within } from './limit.ts';
import { compileBody } from './markdown.ts';

export interface RenderInput {
  /** Whose cadence sends: chooses the From and what the footer says. */
  readonly purpose: Purpose;
  readonly lead: LeadFields;
  /** The custodian; a rep's id is the email. */
  readonly rep?: { readonly id: string; readonly name: string } | undefined;
  /** The company as it is today, when the playbook is an older version; absent: the playbook's. */
  readonly company?: Company;
  readonly unsubscribeUrl: string;
  /** Instead of the lead's locale, for somebody who looks at an email. */
  readonly language?: string | undefined;
  /** What a rep has put in place of the playbook's words. */
  readonly edited?: Edited | undefined;
}

/** `role`: the one that a task is to find somebody for. */
export type LineInput = Pick<RenderInput, 'lead' | 'rep' | 'company'> & { readonly role?: string | undefined };

export interface RenderedEmail {
  /** BCP 47 tag of the words that were chosen. */
  readonly language: string;
  readonly from: Address;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface Renderer {
  /**
   * Takes 0.2 ms of one core (5,100 a second, measured over an email of 12 paragraphs); no I/O. It ends after
   * RENDER_LIMIT_MS whatever the template does.
   * @throws VolleyError `email-unknown`, `email-template` (Liquid), `email-too-slow`, `email-html`, `email-empty-subject`,
   *   `header-injection` (a line break in subject or sender) or `bad-from`; none goes away by itself
   */
  render(emailId: string, input: RenderInput): RenderedEmail;
  /** Subject and Markdown for somebody who goes on writing. @throws VolleyError `email-unknown`, `email-template` */
  markdown(emailId: string, input: RenderInput): { readonly subject: string; readonly text: string };
  /** One line of plain text, e.g. a task's title. @throws VolleyError `email-template` */
  line(template: string, input: LineInput): string;
  /** Several lines of plain text, e.g. the body of a notice. @throws VolleyError `email-template` */
  text(template: string, input: Pick<RenderInput, 'lead' | 'rep' | 'company'>): string;
  /** Who mail of the company itself is from. @throws VolleyError `email-template`, `header-injection` or `bad-from` */
  companyAddress(): Address;
}

interface Compiled {
  readonly language: string;
  readonly subject: Template[];
  readonly html: Template[];
  readonly text: Template[];
  readonly sender: Sender;
  readonly personal: boolean;
}

interface Sender {
  readonly name: Template[];
  readonly address: Template[];
}

const renderers = new WeakMap<Playbook, Renderer>();

/** The playbook's renderer: the same one for the same compiled playbook. */
export function createRenderer(playbook: Playbook): Renderer {
  const known = renderers.get(playbook);
  if (known !== undefined) return known;
  const renderer = build(playbook);
  renderers.set(playbook, renderer);
  return renderer;
}

function build(playbook: Playbook): Renderer {
  const engines = createEngines();
  const emails = new Map<string, Compiled>();
  const lines = new Map<string, Template[]>();
  const plain = (template: string, input: Pick<RenderInput, 'lead' | 'rep' | 'company'>): string =>
    wrap(template, () => {
      let parsed = lines.get(template);
      if (parsed === undefined) {
        parsed = engines.plain.parse(template);
        lines.set(template, parsed);
      }
      return run(engines.plain, parsed, variables(playbook, input));
    });
  const find = (id: string, input: RenderInput) => {
    const email = playbook.emails[id];
    if (email === undefined) throw new VolleyError('email-unknown', `the playbook has no email ${id}`);
    const locale = input.language ?? input.lead.locale;
    return { email, chosen: wordsFor(email, locale, playbook.company.language) };
  };
  return {
    render(emailId, input) {
      const { email, chosen } = find(emailId, input);
      if (input.edited !== undefined) {
        const words = editedWords(chosen.words, input.edited);
        return wrap(emailId, () => {
          const made = compile(engines, playbook, email, { ...chosen, words, purpose: input.purpose });
          return fill(engines, playbook, made, input);
        });
      }
      const key = `${input.purpose}/${chosen.language}/${emailId}`;
      let compiled = emails.get(key);
      if (compiled === undefined) {
        compiled = wrap(emailId, () => compile(engines, playbook, email, { ...chosen, purpose: input.purpose }));
        emails.set(key, compiled);
      }
      const made = compiled;
      return wrap(emailId, () => fill(engines, playbook, made, input));
    },
    markdown(emailId, input) {
      const { subject, body } = find(emailId, input).chosen.words;
      const source = guardMarkdown(closeUp(typeof body === 'string' ? body : body.text));
      return wrap(emailId, () => {
        const values = { ...variables(playbook, input), unsubscribeUrl: input.unsubscribeUrl };
        const text = tidy(run(engines.markdown, engines.markdown.parse(source), values)).trim();
        return { subject: oneLine(run(engines.plain, engines.plain.parse(closeUp(subject)), values)), text };
      });
    },
    line: (template, input) => oneLine(plain(template, input)),
    text: (template, input) => tidy(plain(template, input)).trim(),
    companyAddress() {
      return wrap('from', () => {
        const { name, postalAddress } = playbook.company;
        const sender = compileSender(engines, playbook.company.from.marketing);
        const from = fillAddress(engines, sender, { company: { name, postalAddress } });
        if (isAddress(from.address)) return from;
        throw new VolleyError('bad-from', "the playbook's From makes no address");
      });
    },
  };
}

/** The first words of the text are its preview. */
const editedWords = (words: EmailWords, { subject, text }: Edited): EmailWords => ({
  subject: subject === undefined ? words.subject : literal(subject),
  body: literal(text),
});

interface Words {
  readonly purpose: Purpose;
  readonly language: string;
  readonly words: EmailWords;
}

function compile(
  engines: Engines,
  playbook: Playbook,
  email: EmailTemplate,
  { purpose, language, words }: Words,
): Compiled {
  const personal = (email.from ?? purpose) === 'sales';
  const { html, text } = bodyOf(email.id, words, { purpose, language, personal });
  return {
    language,
    subject: engines.plain.parse(closeUp(words.subject)),
    html: engines.html.parse(html),
    text: engines.plain.parse(text),
    sender: compileSender(engines, playbook.company.from[personal ? 'sales' : 'marketing']),
    personal,
  };
}

/** Liquid templates of both parts, with the frame around them. */
function bodyOf(
  id: string,
  { preheader: line, body }: EmailWords,
  frame: { readonly purpose: Purpose; readonly language: string; readonly personal: boolean },
): { html: string; text: string } {
  const preheader = line === undefined ? undefined : closeUp(line);
  if (typeof body !== 'string') {
    return {
      html: mjmlDocument({ ...frame, preheader, templates: { ...body, body: closeUp(body.body) } }),
      text: textDocument({ ...frame, body: closeUp(body.text) }),
    };
  }
  const made = compileBody(id, closeUp(body));
  return {
    html: htmlDocument({ ...frame, body: made.html, preheader }),
    text: textDocument({ ...frame, body: made.text }),
  };
}

/** Name and address are cut apart before any value is there, so that a name cannot bring its own address. */
function compileSender(engines: Engines, template: string): Sender {
  const [, name = '', address = template] = /^\s*([\s\S]*?)\s*<([^<>]+)>\s*$/.exec(template) ?? [];
  return {
    name: engines.plain.parse(name.replace(/^"([\s\S]*)"$/, '$1')),
    address: engines.plain.parse(address.trim()),
  };
}

function fill(engines: Engines, playbook: Playbook, email: Compiled, input: RenderInput): RenderedEmail {
  const values = { ...variables(playbook, input), unsubscribeUrl: input.unsubscribeUrl };
  const subject = headerText('Subject', run(engines.plain, email.subject, values).trim());
  if (subject === '') throw new VolleyError('email-empty-subject', 'the subject came out empty');
  return {
    language: email.language,
    from: fillSender(engines, playbook, email, values),
    subject,
    html: run(engines.html, email.html, { ...values, subject }),
    text: tidy(run(engines.plain, email.text, values)),
  };
}

/** Sales mail to a lead whom no rep has yet comes from the company. */
function fillSender(engines: Engines, playbook: Playbook, email: Compiled, values: object): Address {
  const from = fillAddress(engines, email.sender, values);
  if (isAddress(from.address)) return from;
  const company = email.personal
    ? fillAddress(engines, compileSender(engines, playbook.company.from.marketing), values)
    : from;
  if (isAddress(company.address)) return company;
  throw new VolleyError('bad-from', "the playbook's From makes no address");
}

function fillAddress(engines: Engines, sender: Sender, values: object): Address {
  return {
    name: headerText('From', run(engines.plain, sender.name, values).trim()),
    address: headerText('From', run(engines.plain, sender.address, values).trim()),
  };
}

function variables(playbook: Playbook, input: LineInput) {
  const { name, postalAddress } = input.company ?? playbook.company;
  return {
    lead: input.lead,
    rep: { name: input.rep?.name ?? '', email: input.rep?.id ?? '' },
    company: { name, postalAddress },
    ...(input.role === undefined ? {} : { role: input.role }),
  };
}

function run(engine: Engines['plain'], template: Template[], values: object): string {
  const out: unknown = engine.renderSync(template, values);
  return typeof out === 'string' ? out : '';
}

/** Liquid tags leave empty lines behind; the signature's mark ends in a space that must stay. */
function tidy(text: string): string {
  return text
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+/, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n--\n(?![\s\S]*\n--\n)/, '\n-- \n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

const tooSlow = (name: string, cause: unknown): VolleyError =>
  new VolleyError('email-too-slow', `email ${name}: it takes too long to make`, { cause });

/** Within the time limit, and with Liquid's own errors in words of ours. */
function wrap<T>(name: string, work: () => T): T {
  try {
    return within(RENDER_LIMIT_MS, work);
  } catch (error) {
    if (error instanceof VolleyError) throw error.code === 'too-slow' ? tooSlow(name, error) : error;
    const words = error instanceof Error ? error.message : String(error);
    if (/render limit exceeded/.test(words)) throw tooSlow(name, error);
    throw new VolleyError('email-template', `email ${name}: ${words}`, { cause: error });
  }
}
