/** `volley preview`: an email as a lead would get it, of a running system or of a folder alone. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { VolleyError } from '../core/errors.ts';
import { canonicalLanguage } from '../core/language.ts';
import type { Purpose } from '../core/playbook.ts';
import type { LeadFields } from '../core/scope.ts';
import { previewEmail } from '../email/preview.ts';
import { soundPlaybook } from './check.ts';
import { connect } from './client.ts';
import { leadIdOf } from './lead-id.ts';
import { colour, note, print, printJson } from './terminal.ts';
import { integer, wrongUse } from './use.ts';

interface Options {
  readonly lead?: string;
  readonly dir?: string;
  readonly leads?: string;
  readonly row?: number;
  readonly language?: string;
  readonly purpose?: Purpose;
  readonly html?: true;
  readonly out?: string;
  readonly json?: true;
}

const previewSchema = z.object({
  email: z.string(),
  language: z.string(),
  languages: z.array(z.string()).readonly(),
  purpose: z.string(),
  from: z.object({ name: z.string(), address: z.string() }),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  /** By what a `pick` step would pass it over for the lead now; of a folder nobody knows the lead's stage. */
  unfit: z.array(z.string()).readonly().optional(),
});
type Shown = z.infer<typeof previewSchema>;

export function addPreview(program: Command): void {
  program
    .command('preview')
    .description('show an email as a lead would get it; nothing is sent')
    .argument('<email>', 'name of the email, such as evaluation-welcome')
    .option('--lead <lead>', 'id or address of a lead of the running system')
    .option('--dir <dir>', 'the playbook of this folder instead of the one in force')
    .option('--leads <file>', 'with --dir: leads as `import` takes them (default: leads.csv in the folder)')
    .option('--row <n>', 'with --dir: which of the leads in the file that can be taken in', integer(1, 1_000_000))
    .option('--language <tag>', "instead of the lead's locale, e.g. de", languageTag)
    .option('--purpose <purpose>', 'marketing, sales or service (default: whose cadence sends it)', purposeIn)
    .option('--html', 'print the HTML instead of the text')
    .option('--out <folder>', 'write EMAIL.LANGUAGE.html and .txt there')
    .option('--json', 'print all of it as JSON')
    .action(async (email: string, options: Options) => {
      if (options.lead !== undefined && (options.leads !== undefined || options.row !== undefined))
        throw wrongUse('--lead names one of the running system, --leads and --row one of a file');
      if (options.lead === undefined && options.dir === undefined)
        throw wrongUse('say for whom', 'Give --lead ID|ADDRESS, or --dir FOLDER for a lead of its leads.csv.');
      const preview =
        options.lead === undefined
          ? await ofFolder(email, options.dir ?? '.', options)
          : await ofSystem(email, options.lead, options);
      if (options.out !== undefined) await write(options.out, preview);
      if (options.json) printJson(preview);
      else if (options.out === undefined) show(preview, options.html === true);
    });
}

function languageTag(tag: string): string {
  if (canonicalLanguage(tag) !== undefined) return tag;
  throw new InvalidArgumentError('It must be a language tag, such as de or pt-BR.');
}

function purposeIn(text: string): Purpose {
  if (text === 'marketing' || text === 'sales' || text === 'service') return text;
  throw new InvalidArgumentError('It must be marketing, sales or service.');
}

/** Without a running system. */
async function ofFolder(email: string, dir: string, options: Options): Promise<Shown> {
  const { playbook } = await soundPlaybook(dir);
  if (!Object.hasOwn(playbook.emails, email))
    throw new VolleyError('email-unknown', `the playbook in ${dir} has no email ${email}`, {
      fix: `It has ${Object.keys(playbook.emails).join(', ')}.`,
    });
  const { language, purpose } = options;
  const publicUrl = 'https://volley.example';
  return previewEmail(playbook, email, { lead: await leadOf(dir, options), language, purpose, publicUrl });
}

async function leadOf(dir: string, { leads: file, row = 1 }: Options): Promise<LeadFields> {
  // Loaded only here, since it takes a while.
  const { readLeadsFile } = await import('./leads-file.ts');
  const { leads } = await readLeadsFile(file ?? join(dir, 'leads.csv'));
  const found = leads[row - 1];
  if (found === undefined) throw wrongUse(`the file has ${leads.length} leads, none of number ${row}`);
  return found.lead;
}

async function ofSystem(email: string, lead: string, options: Options): Promise<Shown> {
  const api = await connect(readConfig());
  const { language, purpose } = options;
  const id = await leadIdOf(api, lead);
  if (options.dir === undefined) {
    const query = new URLSearchParams({ email, ...(language && { language }), ...(purpose && { purpose }) });
    return api.ask(`/v1/leads/${id}/preview?${query}`, previewSchema);
  }
  const { files } = await soundPlaybook(options.dir);
  return api.ask('/v1/playbook/preview', previewSchema, {
    method: 'POST',
    json: { files, lead: { id }, email, language, purpose },
  });
}

async function write(folder: string, { email, language, html, text }: Shown): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [ending, content] of [
    ['html', html],
    ['txt', text],
  ] as const) {
    const file = join(folder, `${email}.${language}.${ending}`);
    await writeFile(file, content);
    note(file);
  }
}

function show({ from, subject, language, languages, purpose, html, text, unfit = [] }: Shown, asHtml: boolean): void {
  if (asHtml) {
    print(html);
    return;
  }
  const also = languages.filter((other) => other !== language);
  print(`${colour.bold('From')}     ${from.name} <${from.address}>`);
  print(`${colour.bold('Subject')}  ${subject}`);
  print(`${colour.bold('Language')} ${language}${also.length === 0 ? '' : ` (also ${also.join(', ')})`}, ${purpose}`);
  if (unfit.length > 0) print(`${colour.bold('Not for')}  this lead now, if a step picks it: ${unfit.join(', ')}`);
  print('');
  print(text);
}
