/**
 * What a `style` of somebody's own HTML may say: looks, never places. Everything else in an email is in the order it
 * stands in, so that no element covers, moves or hides what comes after it, such as the unsubscribe link.
 */

const LOOKS = new Set(
  [
    'color background background-color font text-align text-decoration text-decoration-line text-decoration-color',
    'text-decoration-style text-transform text-overflow line-height letter-spacing word-spacing white-space word-break',
    'word-wrap overflow-wrap hyphens vertical-align direction unicode-bidi width max-width min-width min-height',
    'display visibility overflow overflow-x overflow-y float clear box-sizing table-layout caption-side empty-cells',
    'object-fit aspect-ratio gap quotes color-scheme',
  ].flatMap((names) => names.split(' ')),
);
const FAMILIES =
  /^(?:font|padding|margin|border|list-style|mso|-webkit-text|-ms-text|align|justify|flex|grid|text-align)-[a-z-]+$|^(?:padding|margin|border|list-style|flex|grid)$/;
/** Alone these would do nothing to what follows. */
const VALUES: Readonly<Record<string, RegExp>> = {
  position: /^(?:static|inherit|initial)$/,
  opacity: /^[01](?:\.0*)?$/,
  outline: /^(?:none|0)$/,
  'text-indent': /^[^-]*$/,
};
/** What is higher than its box runs over what follows, unless it is cut off. */
const HEIGHTS = new Set(['height', 'max-height']);
/** Boxes that grow with what is in them, and pictures. */
const GROWING = new Set('table tr td th tbody thead tfoot img hr br'.split(' '));

/** What in this style has no place in an email, as it was written; undefined when nothing does. */
export function misplaced(tag: string, style: string): string | undefined {
  const plain = style.replace(/&(?:quot|apos|#39|#34);/g, "'");
  // Ways to write a word so that it is not found.
  if (/url\s*\(|expression\s*\(|\\|\/\*|[@{}<&]/i.test(plain)) return style;
  const said = plain.split(';').map((declaration) => declaration.trim());
  const cut = said.some((declaration) => /^overflow\s*:\s*hidden\b/i.test(declaration));
  return said.find((declaration) => {
    if (declaration === '') return false;
    const [, name = '', value = ''] = /^([a-z-]+)\s*:\s*([\s\S]*?)(?:\s*!important)?$/i.exec(declaration) ?? [];
    return !mayStand(tag, name.toLowerCase(), value.toLowerCase(), cut);
  });
}

function mayStand(tag: string, name: string, value: string, cut: boolean): boolean {
  const values = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  if (values !== undefined) return values.test(value);
  if (HEIGHTS.has(name)) return cut || GROWING.has(tag) || /^(?:auto|none|100%)$/.test(value);
  if (/^margin/.test(name) && value.includes('-')) return false;
  return LOOKS.has(name) || FAMILIES.test(name);
}
