/** Plain text of a Markdown document, for the text part that every message carries beside the HTML. */
import type { Token, Tokens } from 'marked';
import { decodeEntities } from './entities.ts';

/** Blocks apart by an empty line; links with their address behind them. */
export function toText(tokens: readonly Token[]): string {
  return blocks(tokens).trim();
}

function blocks(tokens: readonly Token[]): string {
  return tokens
    .map((token) => block(token))
    .filter((text) => text !== '')
    .join('\n\n');
}

function block(token: Token): string {
  switch (token.type) {
    case 'space':
    case 'def':
      return '';
    case 'hr':
      return '---';
    case 'code':
      return indent(textOf(token), '    ');
    case 'blockquote':
      return indent(blocks(childrenOf(token) ?? []), '> ');
    case 'list':
      return isList(token) ? list(token) : '';
    case 'table':
      return isTable(token)
        ? [token.header, ...token.rows].map((row) => row.map((cell) => inline(cell.tokens)).join(' | ')).join('\n')
        : '';
    case 'html':
      return stripTags(textOf(token)).trim();
    default:
      return leafOrInline(token);
  }
}

function list(token: Tokens.List): string {
  const first = typeof token.start === 'number' ? token.start : 1;
  const items = token.items.map((item, index) => {
    const bullet = token.ordered ? `${first + index}. ` : '- ';
    const parts = item.tokens.map((part) => block(part)).filter((text) => text !== '');
    const text = parts.join(item.loose ? '\n\n' : '\n');
    return bullet + indent(text, ' '.repeat(bullet.length)).trimStart();
  });
  return items.join(token.loose ? '\n\n' : '\n');
}

function inline(tokens: readonly Token[]): string {
  return tokens.map((token) => inlineOne(token)).join('');
}

function inlineOne(token: Token): string {
  switch (token.type) {
    case 'br':
      return '\n';
    case 'html':
      return stripTags(textOf(token));
    case 'image':
      return decodeEntities(textOf(token));
    case 'codespan':
    case 'escape':
      return textOf(token);
    case 'link':
      return link(token);
    default:
      return leafOrInline(token);
  }
}

function leafOrInline(token: Token): string {
  const children = childrenOf(token);
  // A line break in the source is a space in Markdown; where a value ends up, the mail program wraps.
  return children === undefined ? decodeEntities(textOf(token).replace(/[ \t]*\n[ \t]*/g, ' ')) : inline(children);
}

function link(token: Token): string {
  const text = inline(childrenOf(token) ?? []);
  const href = 'href' in token && typeof token.href === 'string' ? token.href : '';
  const bare = href.replace(/^mailto:/, '');
  return href === '' || text === href || text === bare ? text : `${text} (${bare})`;
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list';
}

function isTable(token: Token): token is Tokens.Table {
  return token.type === 'table';
}

function childrenOf(token: Token): Token[] | undefined {
  return 'tokens' in token ? token.tokens : undefined;
}

function textOf(token: Token): string {
  return 'text' in token && typeof token.text === 'string' ? token.text : '';
}

function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

/** Markup and comments go; the comments that stand for Liquid tags (`markdown.ts`) stay. */
function stripTags(html: string): string {
  return decodeEntities(html.replace(/<!--(?!0q\d+v\d+z-->)[\s\S]*?-->|<\/?[a-zA-Z][^>]*>/g, ''));
}
