/** Which MJML an email may hold: elements, where they stand, attributes and their values. */
import { didYouMean, oneOfNames } from '../../playbook/nearest.ts';
import { quote } from '../address.ts';
import type { Mistake } from '../mistake.ts';
import { isMjmlValue, mjmlChildren, mjmlComponents } from './library.ts';
import { HOLDS_HTML, LIQUID, type MjmlAttribute, type MjmlElement } from './read.ts';

/** What MJML has and an email of ours has not: why, and what to do instead. */
const REFUSED: Readonly<Record<string, readonly [why: string, expected: string]>> = {
  'mj-include': ['an email includes no other file', 'what the file holds, written out'],
  'mj-font': ['an email loads no fonts', 'font-family="Helvetica, Arial, sans-serif"'],
  'mj-title': ['the title of an email is its subject', 'no mj-title'],
  'mj-preview': ['the preview line stands in the front matter', 'preheader: … in the front matter'],
  'mj-html-attributes': ['attributes are not set from afar in this version', 'the attribute at its element'],
  'mj-accordion': ['an email holds no forms, and this one would be made of them', 'mj-text'],
  'mj-carousel': ['an email holds no forms, and this one would be made of them', 'mj-image'],
};

/** Attributes whose values may hold Liquid: each ends up in an HTML attribute of its own, never in CSS. */
const LIQUID_ATTRIBUTES: ReadonlySet<string> = new Set(['href', 'src', 'alt', 'title']);
const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'background-url', 'base-url']);
const EVERYWHERE = ['mj-class', 'css-class'];

/** Refused although MJML knows them, by element. */
const REFUSED_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  'mj-raw': ['position'],
  'mj-style': ['inline'],
  'mj-navbar': ['hamburger'],
  'mj-image': ['usemap'],
};

/** @param isLiquid whether a text holds what stands for a piece of Liquid */
export function checkMjml(root: MjmlElement, isLiquid: (text: string) => boolean): Mistake[] {
  const mistakes: Mistake[] = [];
  if (root.tag !== 'mjml')
    return [{ offset: root.at, message: `<${root.tag}> is no email`, expected: '<mjml><mj-body>…</mj-body></mjml>' }];
  for (const { name, at } of root.attributes) mistakes.push(unknownAttribute('mjml', name, at, []));
  if (!root.children.some(({ tag }) => tag === 'mj-body'))
    mistakes.push({ offset: root.at, message: 'there is no mj-body', expected: '<mj-body>…</mj-body> in <mjml>' });
  checkChildren(root, isLiquid, mistakes);
  return mistakes;
}

function checkChildren(parent: MjmlElement, isLiquid: (text: string) => boolean, mistakes: Mistake[]): void {
  const allowed = namesIn(parent.tag);
  const once = new Set<string>();
  for (const child of parent.children) {
    const { tag, at } = child;
    if (tag === LIQUID) {
      if (OUTSIDE.has(parent.tag))
        mistakes.push({
          offset: at,
          message: `Liquid in <${parent.tag}>`,
          expected: 'Liquid before <mjml>, or in mj-body',
        });
      continue;
    }
    const refused = Object.hasOwn(REFUSED, tag) ? REFUSED[tag] : undefined;
    if (refused) {
      mistakes.push({ offset: at, message: `<${tag}>: ${refused[0]}`, expected: refused[1] });
      continue;
    }
    if (!allowed.includes(tag)) {
      mistakes.push(misplaced(tag, at, parent.tag, allowed));
      continue;
    }
    if (parent.tag === 'mjml' && once.has(tag))
      mistakes.push({ offset: at, message: `a second <${tag}>`, expected: `one <${tag}>` });
    once.add(tag);
    checkAttributes(child, parent.tag, isLiquid, mistakes);
    checkChildren(child, isLiquid, mistakes);
  }
}

/** Where Liquid has nothing to decide. */
const OUTSIDE: ReadonlySet<string> = new Set(['mjml', 'mj-head', 'mj-attributes']);

const known = (): string[] => [...mjmlComponents().keys()].filter((name) => !Object.hasOwn(REFUSED, name));

/** Elements that may stand in this one, but refused ones. */
function namesIn(parent: string): string[] {
  if (HOLDS_HTML.has(parent)) return [];
  if (parent === 'mjml') return ['mj-head', 'mj-body'];
  if (parent === 'mj-attributes') return ['mj-all', 'mj-class', ...known()];
  if (parent === 'mj-head') return ['mj-attributes', 'mj-breakpoint', 'mj-style'];
  const children = mjmlChildren()[parent] ?? [];
  return children.filter((name) => typeof name === 'string').filter((name) => !Object.hasOwn(REFUSED, name));
}

function misplaced(tag: string, at: number, parent: string, allowed: readonly string[]): Mistake {
  const names = known();
  const expected = allowed.length === 0 ? `nothing in <${parent}>` : oneOfNames(allowed, '');
  if (!names.includes(tag) && tag !== 'mj-all' && tag !== 'mj-class')
    return { offset: at, message: `unknown element <${tag}>${didYouMean(tag, names)}`, expected };
  return { offset: at, message: `<${tag}> cannot stand in <${parent}>`, expected };
}

function checkAttributes(
  { tag, at, attributes }: MjmlElement,
  parent: string,
  isLiquid: (text: string) => boolean,
  mistakes: Mistake[],
): void {
  const types = attributesOf(tag, parent);
  const names = Object.keys(types);
  for (const attribute of attributes) {
    const { name, value } = attribute;
    if (!names.includes(name)) {
      mistakes.push(unknownAttribute(tag, name, attribute.at, names));
      continue;
    }
    const liquid = isLiquid(value);
    if (liquid && (!LIQUID_ATTRIBUTES.has(name) || parent === 'mj-attributes')) {
      const expected = `Liquid in ${oneOfNames([...LIQUID_ATTRIBUTES], '').replace(/^one of /, '')}, or two elements in {% if %}`;
      mistakes.push({ offset: attribute.at, message: `Liquid in the attribute '${name}'`, expected });
    } else if (!liquid) checkValue(attribute, types[name] ?? 'string', mistakes);
  }
  if (parent === 'mj-attributes') return;
  const need = (name: string, why: string, expected: string) => {
    if (!attributes.some((attribute) => attribute.name === name))
      mistakes.push({ offset: at, message: `<${tag}> has no '${name}': ${why}`, expected });
  };
  if (tag === 'mj-image') {
    need('src', 'there is nothing to show', 'src="https://…"');
    need('alt', 'many read mail without pictures', 'alt="what it shows", or alt="" for decoration');
  }
  if (tag === 'mj-social-element') need('src', "MJML's own icons come from somebody else's server", 'src="https://…"');
}

/** Attributes and their types. */
function attributesOf(tag: string, parent: string): Readonly<Record<string, string>> {
  const components = mjmlComponents();
  const without = REFUSED_ATTRIBUTES[tag] ?? [];
  const own = Object.entries(components.get(tag)?.allowedAttributes ?? {}).filter(([name]) => !without.includes(name));
  const common: [string, string][] = EVERYWHERE.map((name) => [name, 'string']);
  if (parent !== 'mj-attributes' || (tag !== 'mj-all' && tag !== 'mj-class'))
    return Object.fromEntries([...own, ...(tag === 'mj-style' || tag === 'mj-breakpoint' ? [] : common)]);
  // What holds for any element may have any element's attribute; one name has types that differ.
  const all = [...components.values()].flatMap(({ allowedAttributes }) => Object.keys(allowedAttributes ?? {}));
  const any: [string, string][] = all.map((name) => [name, 'string']);
  return Object.fromEntries(tag === 'mj-class' ? [...any, ['name', 'string']] : any);
}

const unknownAttribute = (tag: string, name: string, offset: number, names: readonly string[]): Mistake => ({
  offset,
  message: `<${tag}> has no attribute '${name}'${didYouMean(name, names)}`,
  expected: names.length === 0 ? 'no attributes' : oneOfNames(names, ''),
});

function checkValue({ name, value, at }: MjmlAttribute, type: string, mistakes: Mistake[]): void {
  if (ADDRESSES.has(name) && value !== '' && !/^(?:https?:\/\/|mailto:|tel:|#)/i.test(value.trim()))
    mistakes.push({ offset: at, message: `'${name}' is no address: ${quote(value)}`, expected: 'https://…' });
  else if (/[;{}<>\\]|url\s*\(|expression\s*\(/i.test(value) && !ADDRESSES.has(name) && !TEXTS.has(name))
    mistakes.push({ offset: at, message: `'${name}' is wrong: ${quote(value)}`, expected: 'one value of CSS' });
  else if (!isMjmlValue(type, value))
    mistakes.push({ offset: at, message: `'${name}' is wrong: ${quote(value)}`, expected: type });
}

/** Attributes that are words for people, or names. */
const TEXTS: ReadonlySet<string> = new Set(['alt', 'title', 'srcset', 'sizes']);
