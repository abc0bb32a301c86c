/**
 * From MJML with Liquid to Liquid templates of HTML and text, once per playbook version; a send only fills in
 * values. As in Markdown, the markup is made before any value is there.
 *
 * A piece of Liquid is read as a run of characters for private use, exactly as long as itself, so that every
 * place in the tree is a place in the file; MJML then gets a plain word for it.
 */
import type { MjmlTemplates } from '../../core/playbook.ts';
import { guardLinks, htmlSource, restore, unusedKey, word } from '../inert.ts';
import type { Mistake } from '../mistake.ts';
import { Nesting } from '../nesting.ts';
import type { Reading } from '../own-html.ts';
import { type LiquidPiece, splitLiquid } from '../pieces.ts';
import { readContent } from './content.ts';
import { type MjmlNode, type MjmlParts, renderMjml } from './library.ts';
import { LIQUID, type MjmlElement, readMjml } from './read.ts';
import { checkMjml } from './rules.ts';
import { mjmlToText } from './text.ts';

export type CompiledMjml =
  /** Its mistakes are all of rules that are newer than some versions. */
  | { readonly ok: true; readonly templates: MjmlTemplates; readonly mistakes: readonly Mistake[] }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Begins what stands for a piece; two digits and a filling follow. */
const MARK = '\uE000';
const FILL = '\uE001';
const DIGIT = 0xe100;
const BASE = 4_000;
const RUN = /\uE000([\uE100-\uF8FF]{2})\uE001*/g;

/** Never throws on bad input, but for Liquid that cannot be read: the check of Liquid says that. */
export function compileMjml(source: string): CompiledMjml {
  const odd = source.search(/[\uE000-\uF8FF]/);
  if (odd !== -1) {
    const message = 'a character for private use, which no mail program can show';
    return { ok: false, mistakes: [{ offset: odd, message, expected: 'another character' }] };
  }
  const pieces = splitLiquid(source);
  const runs = pieces.map((piece, index) => (piece.kind === 'text' ? piece.source : runOf(index, piece.source.length)));
  const { before, root, mistakes } = readMjml(runs.join(''), (text, at) => tagAt(text, at, pieces));
  if (root === undefined) return { ok: false, mistakes };
  const ruled = checkMjml(root, (text) => text.includes(MARK));
  const found = [...mistakes, ...ruled, ...contents(root, pieces, ruled)];
  if (found.some(({ recent }) => recent !== true)) return { ok: false, mistakes: found };

  const key = unusedKey(source);
  const worded = (text: string): string => text.replace(RUN, (run) => word(key, indexOf(run)));
  const { content, ...parts } = renderMjml(nodeOf(root, worded));
  const html = (text: string): string => restore(guardLinks(text, key, pieces), key, pieces, htmlSource);
  return {
    ok: true,
    mistakes: found,
    templates: {
      before: html(worded(before)),
      head: headOf({ content, ...parts }),
      body: html(lean(content)),
      text: restore(`${worded(before)}${worded(mjmlToText(root))}`, key, pieces, (piece) => piece.source),
    },
  };
}

/** Without the indentation, and Outlook's tables that end where the next begin, as MJML's own output is. */
function lean(html: string): string {
  const short = html.includes('<pre') ? html.trim() : html.trim().replace(/\s*\n\s*/g, '\n');
  return short.replace(/<!\[endif]-->\s*<!--\[if mso \| IE]>/g, '');
}

/** As long as the piece, whose shortest forms are `{{a}}` and `{%#%}`. */
function runOf(index: number, length: number): string {
  const digits = String.fromCharCode(DIGIT + Math.floor(index / BASE), DIGIT + (index % BASE));
  return `${MARK}${digits}`.padEnd(length, FILL);
}

const indexOf = (run: string): number => (run.charCodeAt(1) - DIGIT) * BASE + run.charCodeAt(2) - DIGIT;

/** How long the Liquid tag there is; 0 when there is none, or an output. */
function tagAt(text: string, at: number, pieces: readonly LiquidPiece[]): number {
  if (text.charAt(at) !== MARK) return 0;
  const piece = pieces[indexOf(text.slice(at, at + 3))];
  return piece?.kind === 'tag' ? piece.source.length : 0;
}

/** @param said at its place already */
function contents(root: MjmlElement, pieces: readonly LiquidPiece[], said: readonly Mistake[]): Mistake[] {
  const reading: Reading = {
    key: MARK,
    nesting: new Nesting(),
    mistakes: [],
    liquidIn: (text) =>
      [...text.matchAll(RUN)].flatMap(({ 0: run, index: at }) => {
        const piece = pieces[indexOf(run)];
        return piece?.kind === 'tag' ? [{ at, source: piece.source }] : [];
      }),
  };
  readContent(root, reading);
  const found = [...reading.mistakes, ...reading.nesting.mistakes];
  return found.filter(({ offset }) => !said.some((other) => other.offset === offset));
}

function nodeOf(element: MjmlElement, worded: (text: string) => string): MjmlNode {
  // Raw elements take no part in the layout of columns.
  if (element.tag === LIQUID)
    return { tagName: 'mj-raw', attributes: {}, children: [], content: worded(element.content) };
  const attributes = element.attributes.map(({ name, value }) => [name, worded(quotable(value))]);
  return {
    tagName: element.tag,
    attributes: { ...Object.fromEntries(attributes), ...(element.tag === 'mjml' && { lang: LANG, dir: DIR }) },
    children: element.children.map((child) => nodeOf(child, worded)),
    ...(element.content.trim() !== '' && { content: worded(element.content.trim()) }),
  };
}

/** The language is the file's, which its name says; put in by the frame. */
export const LANG = 'volley-lang';
export const DIR = 'volley-dir';

const quotable = (value: string): string =>
  value.replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What belongs into the document's head. */
function headOf({ breakpoint, mediaQueries, headStyle, componentsHeadStyle, style }: MjmlParts): string {
  const wide = Object.entries(mediaQueries);
  const queries = (prefix: string) => wide.map(([name, rule]) => `${prefix}.${name} ${rule}`).join('\n');
  const styles = [
    RESET,
    ...(wide.length === 0 ? [] : [`@media only screen and (min-width:${breakpoint}) {\n${queries('')}\n}`]),
    ...[...componentsHeadStyle, ...Object.values(headStyle)].map((make) => make(breakpoint).trim()),
    ...style.map((text) => (typeof text === 'string' ? text : text(breakpoint)).trim()),
  ];
  return [
    `<style>\n${styles.filter((text) => text !== '').join('\n')}\n</style>`,
    // Thunderbird takes media queries only from here.
    ...(wide.length === 0
      ? []
      : [`<style media="screen and (min-width:${breakpoint})">\n${queries('.moz-text-html ')}\n</style>`]),
    OUTLOOK,
  ].join('\n');
}

const RESET = `#outlook a { padding: 0; }
body { margin: 0; padding: 0; -webkit-text-size-adjust: 100%; -ms-text-size-adjust: 100%; }
table, td { border-collapse: collapse; mso-table-lspace: 0pt; mso-table-rspace: 0pt; }
img { border: 0; height: auto; line-height: 100%; outline: none; text-decoration: none; -ms-interpolation-mode: bicubic; }
p { display: block; margin: 13px 0; }`;

/** Pictures at their size on screens of high density; groups of columns as wide as they are. */
const OUTLOOK = `<!--[if mso]>
<noscript><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>
<style>.mj-outlook-group-fix { width:100% !important; }</style>
<![endif]-->`;
