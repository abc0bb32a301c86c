/** The text part of an email in MJML, in the order its elements are read. */
import { decodeEntities } from '../entities.ts';
import { htmlToText, withAddress } from '../html-text.ts';
import { LIQUID, type MjmlElement } from './read.ts';

/** Blocks apart by an empty line; Liquid stays where it stood. */
export function mjmlToText(root: MjmlElement): string {
  const body = root.children.find(({ tag }) => tag === 'mj-body');
  return body === undefined ? '' : blocks(body);
}

function blocks(parent: MjmlElement): string {
  const apart = parent.tag === 'mj-social' || parent.tag === 'mj-navbar' ? '\n' : '\n\n';
  return parent.children
    .map((child) => block(child))
    .filter((text) => text !== '')
    .join(apart);
}

function block(element: MjmlElement): string {
  switch (element.tag) {
    case LIQUID:
      return element.content;
    case 'mj-text':
    case 'mj-table':
    case 'mj-raw':
      return htmlToText(element.content);
    case 'mj-button':
    case 'mj-social-element':
    case 'mj-navbar-link':
      return linked(htmlToText(element.content) || attributeOf(element, 'alt'), element);
    case 'mj-image':
      return linked(attributeOf(element, 'alt'), element);
    case 'mj-divider':
      return '---';
    default:
      return blocks(element);
  }
}

/** A link nobody can name is no loss. */
const linked = (text: string, element: MjmlElement): string =>
  text === '' ? '' : withAddress('', text, attributeOf(element, 'href'));

const attributeOf = ({ attributes }: MjmlElement, name: string): string =>
  decodeEntities(attributes.find((attribute) => attribute.name === name)?.value ?? '');
