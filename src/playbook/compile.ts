/**
 * From files to a compiled playbook, or to every mistake in them. Pure: no I/O, so that posted files can
 * be checked. The shape of each file and what refers to what are checked apart, over whatever could be
 * read, so that one mistake never hides another.
 */
import type { EmailWords, Playbook } from '../core/playbook.ts';
import { buildPlaybook } from './build/playbook.ts';
import { checkCadence } from './checks/cadence.ts';
import { checkChoices } from './checks/choices.ts';
import { checkConditions } from './checks/conditions.ts';
import { checkContent } from './checks/content.ts';
import { checkGaps } from './checks/gaps.ts';
import { checkLanguages } from './checks/languages.ts';
import { checkLoops } from './checks/loops.ts';
import { checkPlaybook } from './checks/playbook.ts';
import type { Report } from './checks/references.ts';
import { checkRendering } from './checks/rendering.ts';
import { checkReviews } from './checks/reviews.ts';
import { checkTemplates } from './checks/templates.ts';
import { checkThreads } from './checks/threads.ts';
import { checkUsage } from './checks/usage.ts';
import { hashFiles, type PlaybookFiles } from './files.ts';
import type { PlaybookFolder } from './folder.ts';
import type { EmailFile } from './frontmatter.ts';
import { checkShape } from './issues.ts';
import { findLater } from './later.ts';
import { mjmlOf } from './mjml.ts';
import { type PlaybookProblem, sortProblems } from './problems.ts';
import { cadenceSchema } from './schemas/cadence.ts';
import { emailSchema, translationSchema } from './schemas/email.ts';
import { playbookSchema } from './schemas/playbook.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

export type Compiled =
  | { readonly ok: true; readonly playbook: Playbook; readonly warnings: readonly PlaybookProblem[] }
  | { readonly ok: false; readonly errors: readonly PlaybookProblem[]; readonly warnings: readonly PlaybookProblem[] };

/** Checks everything and compiles when nothing is wrong. Never throws on bad input. */
export function compile(files: PlaybookFiles): Compiled {
  return compileRead({ files, problems: [], warnings: [] });
}

/**
 * Compiles a version that was applied once. What only says how words should be written is not asked again:
 * such a rule is newer than many a version that leads are still in.
 */
export function compileStored(files: PlaybookFiles): Compiled {
  return compileRead({ files, problems: [], warnings: [] }, { stored: true });
}

/** `compile` with what reading the folder has found: one mistake never hides another. */
export function compileRead(
  { files, problems: unread, warnings: strange }: PlaybookFolder,
  { stored = false }: { readonly stored?: boolean } = {},
): Compiled {
  const { workspace, problems, warnings } = openWorkspace(files, unread);
  const report: Report = { problems, warnings: [...strange, ...warnings] };
  const shapes = checkShapes(workspace, report);
  checkPlaybook(workspace, report);
  for (const cadence of workspace.cadences) checkCadence(cadence, workspace, report);
  const conditions = checkConditions(workspace, report);
  checkTemplates(workspace, stored, report);
  if (!stored) checkGaps(workspace, report);
  checkUsage(workspace, report);
  checkContent(workspace, report);
  checkThreads(workspace, report);
  checkReviews(workspace, report);
  checkLanguages(workspace, report);
  checkLoops(workspace, report);

  const { playbook: shape, cadences, emails, translations } = shapes;
  const playbook =
    report.problems.length === 0 && shape
      ? buildPlaybook({ hash: hashFiles(files), playbook: shape, cadences, emails, translations, conditions })
      : undefined;
  if (playbook) checkChoices(playbook, workspace, report);
  if (playbook) checkRendering(playbook, workspace, report);
  if (!playbook || report.problems.length > 0) {
    return { ok: false, errors: sortProblems(report.problems), warnings: sortProblems(report.warnings) };
  }
  return { ok: true, playbook, warnings: sortProblems(report.warnings) };
}

/** Each file against its schema. A file with syntax errors has said so; its shape is not judged as well. */
function checkShapes({ playbook, cadences, emails, translations }: Workspace, report: Report) {
  const check = <T>(
    kind: Parameters<typeof findLater>[0],
    schema: Parameters<typeof checkShape<T>>[0],
    source: Workspace['playbook'],
  ) => {
    if (source.broken) return undefined;
    const later = findLater(kind, source);
    const { data, problems } = checkShape(schema, source, later);
    report.problems.push(...later.problems, ...problems);
    return data;
  };
  return {
    playbook: check('playbook', playbookSchema, playbook),
    cadences: cadences.flatMap((source) => {
      const data = check('cadence', cadenceSchema, source);
      return data ? [{ file: source.file, data }] : [];
    }),
    emails: emails.flatMap((email) => {
      const data = check('email', emailSchema, email.source);
      return data ? [{ id: email.id, data, body: bodyOf(email) }] : [];
    }),
    translations: translations.flatMap((email) => {
      const { id, language = '' } = email;
      const data = check('email', translationSchema, email.source);
      return data ? [{ id, language, data, body: bodyOf(email) }] : [];
    }),
  };
}

/** Of a body in MJML with mistakes, which have been said, there is nothing. */
function bodyOf(email: EmailFile): EmailWords['body'] {
  if (email.format === 'markdown') return email.body.replace(/^\n+/, '');
  const made = mjmlOf(email);
  return made?.ok ? made.templates : '';
}
