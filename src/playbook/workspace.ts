/** The files of a playbook, read but not judged, and the names they define. */
import { canonicalLanguage } from '../core/language.ts';
import {
  emailName,
  idOfFile,
  isPlaybookFile,
  MAX_FILE_BYTES,
  MAX_FILES,
  MAX_TOTAL_BYTES,
  normalise,
  type PlaybookFiles,
} from './files.ts';
import { type EmailFile, readEmail } from './frontmatter.ts';
import { eachStep } from './later.ts';
import { type PlaybookProblem, sizeProblem, wholeFile } from './problems.ts';
import { Raw } from './raw.ts';
import { BUILT_IN_SIGNALS, HEARD_SIGNALS } from './signals.ts';
import { readYaml, type Source } from './source.ts';

export interface Workspace {
  readonly playbook: Source;
  /** In the order of their paths. */
  readonly cadences: readonly Source[];
  /** One a email, in the playbook's own language. */
  readonly emails: readonly EmailFile[];
  /** The same emails in other languages. */
  readonly translations: readonly EmailFile[];
  readonly names: Names;
}

/** Names that may be referred to; a set is undefined when its file cannot be read, and then nothing is unknown. */
export interface Names {
  readonly stages?: ReadonlySet<string> | undefined;
  readonly signals?: ReadonlySet<string> | undefined;
  /** Of the buying group. */
  readonly roles?: ReadonlySet<string> | undefined;
  readonly definitions?: ReadonlySet<string> | undefined;
  readonly handoffs?: ReadonlySet<string> | undefined;
  readonly pools?: ReadonlySet<string> | undefined;
  readonly slas?: ReadonlySet<string> | undefined;
  readonly returns?: ReadonlySet<string> | undefined;
  readonly cadences?: ReadonlySet<string> | undefined;
  readonly emails?: ReadonlySet<string> | undefined;
  /** Of emails, by their front matter. */
  readonly topics: ReadonlySet<string>;
}

const PLAYBOOK = 'playbook.yaml';
const NAMES_EXPECTED =
  'playbook.yaml, cadences/NAME.yaml and emails/NAME.md (or .mjml, or .LANGUAGE.md), NAME being lower-case words joined by hyphens';

/**
 * Reads all files; what cannot be one is a problem, and left out.
 * @param unread problems of files that could not even be read: they are there, and may be referred to
 */
export function openWorkspace(
  files: PlaybookFiles,
  unread: readonly PlaybookProblem[] = [],
): {
  workspace: Workspace;
  problems: PlaybookProblem[];
  warnings: PlaybookProblem[];
} {
  const problems: PlaybookProblem[] = [...unread];
  const warnings: PlaybookProblem[] = [];
  const broken = new Set(unread.map(({ file }) => file).filter(isPlaybookFile));
  const lost = new Set(unread.map(({ file }) => file));
  const texts = new Map<string, string>();
  const given = Object.keys(files).sort();
  if (given.length > MAX_FILES) {
    problems.push(wholeFile(PLAYBOOK, `the playbook has ${given.length} files`, `at most ${MAX_FILES} files`));
  }
  let total = 0;
  for (const path of given.slice(0, MAX_FILES)) {
    const text = files[path];
    total += text?.length ?? 0;
    if (total > MAX_TOTAL_BYTES) {
      problems.push(
        wholeFile(path, 'the playbook is too large to be read this far', `at most ${MAX_TOTAL_BYTES} bytes in all`),
      );
      break;
    }
    const strange = text === undefined ? undefined : misplaced(path);
    if (text === undefined || strange?.problem) {
      problems.push(strange?.problem ?? wholeFile(path, 'the file is empty', 'text'));
    } else if (strange?.warning) warnings.push(strange.warning);
    else if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
      problems.push(sizeProblem(path, Buffer.byteLength(text)));
      broken.add(path);
    } else if (text.includes('\0')) {
      problems.push(wholeFile(path, 'the file is no text', 'text, saved as UTF-8'));
      broken.add(path);
    } else texts.set(path, normalise(text));
  }
  if (!Object.hasOwn(files, PLAYBOOK) && !broken.has(PLAYBOOK)) {
    problems.push(
      wholeFile(PLAYBOOK, 'there is no playbook.yaml', 'a file playbook.yaml with at least company and stages'),
    );
  }

  const playbookText = texts.get(PLAYBOOK);
  const playbook = playbookText === undefined ? unreadable(PLAYBOOK) : readYaml(PLAYBOOK, playbookText);
  const paths = (folder: string) => [...texts.keys(), ...broken].filter((path) => path.startsWith(folder)).sort();
  const cadences = paths('cadences/').map((path) => {
    const text = texts.get(path);
    return text === undefined ? unreadable(path) : readYaml(path, text);
  });
  const written = paths('emails/').map((path) => {
    const text = texts.get(path);
    return text === undefined
      ? {
          format: 'markdown' as const,
          ...emailName(path),
          id: idOfFile(path),
          source: unreadable(path),
          body: '',
          bodyOffset: 0,
        }
      : readEmail(path, text);
  });
  const emails = written.filter(({ language }) => language === undefined);
  const translations = written.filter(({ language }) => language !== undefined);
  for (const source of [playbook, ...cadences, ...written.map(({ source }) => source)])
    problems.push(...source.problems);
  return {
    workspace: { playbook, cadences, emails, translations, names: namesOf(playbook, cadences, emails, lost) },
    problems,
    warnings,
  };
}

function misplaced(path: string): { problem?: PlaybookProblem; warning?: PlaybookProblem } | undefined {
  if (isPlaybookFile(path)) return undefined;
  const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  if (
    path.includes('\0') ||
    path.includes('\\') ||
    path.startsWith('/') ||
    path.split('/').some((part) => part === '..' || part === '.' || part === '')
  ) {
    return { problem: wholeFile(shown, 'this is no path inside a playbook', NAMES_EXPECTED) };
  }
  const { language } = emailName(path) ?? {};
  if (language !== undefined) {
    const canonical = canonicalLanguage(language);
    const expected =
      canonical === undefined
        ? 'a language tag, such as de, pt-BR or zh-Hant'
        : `'${canonical}', with a name as in emails/NAME.${canonical}.md`;
    if (canonical !== language) return { problem: wholeFile(shown, `'${language}' is no language tag`, expected) };
  }
  if (/^(?:cadences|emails)\//.test(path) || /^playbook\.ya?ml$/i.test(path)) {
    return { problem: wholeFile(shown, 'a playbook has no file of this name', NAMES_EXPECTED) };
  }
  return { warning: wholeFile(shown, 'this file is no part of a playbook and is left out', NAMES_EXPECTED) };
}

/** Stands in for a file that is not there or cannot be read: that is said once, and nothing is unknown because of it. */
function unreadable(file: string): Source {
  return { ...readYaml(file, ''), broken: true };
}

function namesOf(
  playbook: Source,
  cadences: readonly Source[],
  emails: readonly EmailFile[],
  lost: ReadonlySet<string>,
): Names {
  const root = Raw.of(playbook);
  const keys = (section: string) =>
    root
      .get(section)
      .entries()
      .map(([key]) => key);
  const ids = (section: string) =>
    root
      .get(section)
      .items()
      .map((item) => item.get('id').text)
      .filter((id) => id !== undefined);
  const known = (names: readonly string[]) => (playbook.broken ? undefined : new Set(names));
  return {
    stages: known(ids('stages')),
    signals: known([...BUILT_IN_SIGNALS, ...HEARD_SIGNALS, ...keys('signals')]),
    roles: known(
      root
        .get('buyingGroup')
        .get('roles')
        .items()
        .flatMap(({ text }) => text ?? []),
    ),
    definitions: known(keys('definitions')),
    handoffs: known(keys('handoffs')),
    pools: known(ids('pools')),
    slas: known(keys('slas')),
    returns: known(keys('returns')),
    cadences: lost.has('cadences') ? undefined : new Set(cadences.map(cadenceId)),
    emails: lost.has('emails') ? undefined : new Set(emails.map(({ id }) => id)),
    topics: new Set(
      emails.map(({ source }) => Raw.of(source).get('topic').text).filter((topic) => topic !== undefined),
    ),
  };
}

/** The id a cadence gives itself, else its file's. */
export const cadenceId = (source: Source): string => Raw.of(source).get('cadence').text ?? idOfFile(source.file);

/** Ids of the steps of a cadence that send an email. */
export function emailSteps(cadence: Source): Set<string> {
  const ids = new Set<string>();
  eachStep(Raw.of(cadence).get('steps'), (step) => {
    const id = step.get('id').text;
    if (id !== undefined && (step.has('email') || step.has('pick'))) ids.add(id);
  });
  return ids;
}
