/**
 * A name that is not known leaves no gap: in `Hello {{ lead.firstName }},` the blank before it goes along, so
 * that such a lead reads `Hello,`. Only names are so: of anything else the check asks for a default.
 */
const NAME = String.raw`\{\{-?\s*lead\.(?:firstName|lastName)\s*(?:\|[^{}]*?)?-?\}\}`;
/** Elements that stand on lines of their own: with them a phrase is over, with a link or bold text it is not. */
const BLOCK = String.raw`(?:mj-[a-z-]+|address|blockquote|br|center|div|h[1-6]|hr|li|ol|p|pre|table|tbody|td|th|tr|ul)\b`;
const CLOSING = String.raw`(?:<\/(?!${BLOCK})[a-z][^<>]*>)*`;
const END = String.raw`(?:[,.!?:;)…、。！，*_]|<\/?${BLOCK}|\r?\n|$)`;
const AFTER = String.raw`(?=${CLOSING}[ \t]*${END}|[ \t]+\{\{-?\s*lead\.lastName)`;
const GAP = new RegExp(String.raw`(?<=[^\s>])[ \t]+(${NAME})${AFTER}`, 'g');

/** Liquid's filter for it, in both engines of the renderer. */
export const AFTER_SPACE_FILTER = 'volley_after_space';
export const afterSpace = (value: unknown): string => {
  const text = String(value ?? '');
  return text === '' ? '' : ` ${text}`;
};

/** The template with such blanks inside of the outputs. */
export function closeUp(template: string): string {
  return template.replace(GAP, (_, output: string) => output.replace(/\s*-?\}\}$/, ` | ${AFTER_SPACE_FILTER} }}`));
}

/** Where outputs begin that leave no gap. */
export function closedUp(template: string): Set<number> {
  return new Set([...template.matchAll(GAP)].map((found) => found.index + found[0].length - (found[1]?.length ?? 0)));
}
