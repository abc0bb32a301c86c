/** Emails made a second on one core, from compiled templates: what a send adds to every touch. No engine in it. */
import { fileURLToPath } from 'node:url';
import type { LeadFields } from '../src/core/scope.ts';
import { compose, replyAddress } from '../src/email/compose.ts';
import { createRenderer } from '../src/email/render.ts';
import { compileRead, readPlaybookFolder } from '../src/playbook/index.ts';
import { atLeast, type Benchmark } from './measure.ts';

const LEAD: LeadFields = {
  ...{ email: 'ada@engines.example', firstName: 'Ada', lastName: 'Lovelace', company: 'Engines', role: 'operations' },
  ...{ domain: 'engines.example', title: 'Head of Operations', country: 'GB', timeZone: 'Europe/London' },
  ...{ locale: 'en-GB', phone: '', source: '', campaign: '', freemail: false, attributes: {} },
};
const URL_OUT = 'https://volley.northwind.example/u/TOKEN';
const GOAL = 500;

const BODY = `<mjml><mj-body>${Array.from(
  { length: 6 },
  (_, n) =>
    `<mj-section><mj-column><mj-text>Part ${n} for you, {{ lead.firstName }}, of {{ lead.company | default: 'your company' }}: ${'words '.repeat(60)}</mj-text>{% if lead.title != "" %}<mj-button href="https://northwind.example/${n}?for={{ lead.email | url_encode }}">Read {{ lead.title }}</mj-button>{% endif %}</mj-column></mj-section>`,
).join('\n')}</mj-body></mjml>`;

export const rendering: Benchmark = async ({ short }, onProgress) => {
  const { files } = await readPlaybookFolder(fileURLToPath(new URL('../playbook', import.meta.url)));
  const front = '---\nsubject: A bench for {{ lead.firstName }}\nphase: thought-leadership\n---\n';
  const made = compileRead({ files: { ...files, 'emails/bench.mjml': front + BODY }, problems: [], warnings: [] });
  if (!made.ok) throw new Error(`the example playbook has mistakes: ${made.errors[0]?.message}`);
  const { playbook } = made;
  const renderer = createRenderer(playbook);
  const render = (email: string) =>
    renderer.render(email, { purpose: 'marketing', lead: LEAD, unsubscribeUrl: URL_OUT });
  const all = Object.keys(playbook.emails);
  const markdown = all.filter((id) => typeof playbook.emails[id]?.body === 'string');

  const rounds = short ? 500 : 3_000;
  const rate = async (at: number, work: (n: number) => unknown): Promise<number> => {
    for (let n = 0; n < all.length; n += 1) await work(n); // Compiles each.
    const began = process.cpuUsage();
    for (let n = 0; n < rounds; n += 1) {
      await work(n);
      if (n % 100 === 0) onProgress(at * rounds + n, 3 * rounds);
    }
    const { user, system } = process.cpuUsage(began);
    return rounds / ((user + system) / 1e6);
  };
  const emails = await rate(0, (n) => render(markdown[n % markdown.length] ?? ''));
  const designed = await rate(1, () => render('bench'));
  const messages = await rate(2, (n) =>
    compose({
      ...render(n % 2 === 0 ? (markdown[n % markdown.length] ?? '') : 'bench'),
      to: { name: 'Ada Lovelace', address: LEAD.email },
      replyTo: replyAddress('token', playbook.company.replyDomain),
      unsubscribeUrl: URL_OUT,
      date: 0,
      touchId: 'touch',
    }),
  );
  const unit = '/s a core';
  return [
    atLeast({ name: 'emails made of Markdown', unit, ours: emails, note: 'the example’s, values filled in' }, GOAL),
    atLeast({ name: 'emails made of MJML', unit, ours: designed, note: 'six sections with buttons' }, GOAL),
    { name: 'messages of both, with their MIME', unit, ours: messages },
  ];
};
