/**
 * MJML's own code, behind the one door we use: a tree in, HTML out. It is loaded when the first email in
 * MJML is met, since it takes 0.4 s, and most commands never need it.
 */
import { createRequire } from 'node:module';

/** The tree as MJML takes it. */
export interface MjmlNode {
  readonly tagName: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly MjmlNode[];
  readonly content?: string;
}

/** What MJML has made when it asks for the document around it. */
export interface MjmlParts {
  /** `<body …>…</body>` */
  readonly content: string;
  /** Screens narrower than this show one column; `480px`. */
  readonly breakpoint: string;
  /** What each class of a column is on wide screens, in braces. */
  readonly mediaQueries: Readonly<Record<string, string>>;
  readonly headStyle: Readonly<Record<string, (breakpoint: string) => string>>;
  readonly componentsHeadStyle: readonly ((breakpoint: string) => string)[];
  /** Of `mj-style`. */
  readonly style: readonly (string | ((breakpoint: string) => string))[];
}

interface TypeChecker {
  isValid(): boolean;
}

export interface MjmlComponent {
  readonly componentName: string;
  /** By attribute, MJML's type of it, such as `unit(px,%)`. */
  readonly allowedAttributes?: Readonly<Record<string, string>>;
}

interface MjmlCore {
  default(tree: MjmlNode, options: object): Promise<unknown>;
  initializeType(type: string): new (value: string) => TypeChecker;
}

interface MjmlPreset {
  readonly components: readonly MjmlComponent[];
  readonly dependencies: Readonly<Record<string, readonly (string | RegExp)[]>>;
}

interface Library {
  readonly core: MjmlCore;
  readonly preset: MjmlPreset;
}

const require = createRequire(import.meta.url);
let library: Library | undefined;

function load(): Library {
  if (library !== undefined) return library;
  // Without it MJML runs the packages that a file .mjmlconfig in the working directory names.
  const before = process.env['MJML_BROWSER'];
  process.env['MJML_BROWSER'] = '1';
  try {
    // The types of the package know neither presets nor what the skeleton is given.
    const core: MjmlCore = require('mjml-core');
    const preset: MjmlPreset = require('mjml-preset-core');
    library = { core, preset };
    return library;
  } finally {
    if (before === undefined) delete process.env['MJML_BROWSER'];
    else process.env['MJML_BROWSER'] = before;
  }
}

/** The elements MJML knows, by name. */
export function mjmlComponents(): ReadonlyMap<string, MjmlComponent> {
  return new Map(load().preset.components.map((component) => [component.componentName, component]));
}

/** Which elements may stand directly in which. */
export function mjmlChildren(): Readonly<Record<string, readonly (string | RegExp)[]>> {
  return load().preset.dependencies;
}

export function isMjmlValue(type: string, value: string): boolean {
  const Checker = load().core.initializeType(type);
  return new Checker(value).isValid();
}

/**
 * What MJML makes of a tree. It answers with a promise only because of its minifier, which we do not use: the
 * document is asked for within the call, and that is where the parts come from. Nothing is read from disk:
 * that would be its reader of text, which sees none.
 * @throws Error when MJML cannot make it; the check has refused all that is known to do so
 */
export function renderMjml(tree: MjmlNode): MjmlParts {
  const { core, preset } = load();
  let parts: MjmlParts | undefined;
  const skeleton = (given: MjmlParts): string => {
    parts = given;
    return '';
  };
  const done = core.default(tree, {
    presets: [preset],
    skeleton,
    fonts: {},
    validationLevel: 'skip',
    keepComments: false,
  });
  done.catch(() => undefined); // Said below.
  if (parts === undefined) throw new Error('MJML cannot make an email of this');
  return parts;
}
