/** Whether there is anything to see in the body of an email. */
import { decodeEntities } from './entities.ts';
import { wordsIn } from './inert.ts';
import type { LiquidPiece } from './pieces.ts';
import { cutHtml, type HtmlTag, VOID_TAGS } from './tags.ts';

/** White space, and characters that have no width or no ink. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

export const isBlank = (text: string): boolean => text.replace(UNSEEN, '') === '';

/** True when no value, word or picture of this closed HTML can be seen. */
export function showsNothing(html: string, key: string, pieces: readonly LiquidPiece[]): boolean {
  const hidden: string[] = [];
  for (const token of cutHtml(html)) {
    if (token.kind === 'comment') continue;
    if (token.kind === 'tag') {
      if (hidden.length > 0 || hides(token)) {
        if (token.closing) hidden.splice(hidden.lastIndexOf(token.name));
        else if (!VOID_TAGS.has(token.name)) hidden.push(token.name);
      } else if (token.name === 'img') return false;
    } else if (hidden.length === 0 && shows(token.source, key, pieces)) return false;
  }
  return true;
}

function shows(text: string, key: string, pieces: readonly LiquidPiece[]): boolean {
  if (wordsIn(text, key).some((index) => pieces[index]?.kind === 'output')) return true;
  return !isBlank(decodeEntities(text).replace(new RegExp(`${key}\\d+z`, 'g'), ''));
}

const hides = ({ closing, attributes }: HtmlTag): boolean =>
  !closing &&
  attributes.some(
    ({ name, value }) =>
      name === 'hidden' ||
      (name === 'style' &&
        /display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?!\.\d*[1-9])|font-size\s*:\s*0(?![.\d])/i.test(
          value,
        )),
  );
