/** Addresses that the author of an email has written out; those that a value begins are guarded where it is put in. */
import { decodeEntities } from './entities.ts';

/** Attributes that hold the address of a link or a picture. */
export const LINKS: ReadonlySet<string> = new Set(['href', 'src']);

/** Of the web with a host, of mail, of a telephone, or a place in the email itself. */
const ADDRESS = /^(?:https?:\/\/[^\s/?#]|mailto:[^\s?]|tel:[+\d(]|#)/i;

/** @param address as it stands in an attribute of HTML or MJML */
export const leadsNowhere = (address: string): boolean => !ADDRESS.test(decodeEntities(address).trim());

/** What was written, cut when it is long. */
export const quote = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
