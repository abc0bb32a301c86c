/** The part of SES's Query protocol that is spoken here: form-encoded requests, XML answers. */
import { wireFault } from './wire.ts';

const NAMESPACE = 'http://ses.amazonaws.com/doc/2010-12-01/';

export interface RawEmailRequest {
  readonly source: string;
  readonly destinations: readonly string[];
  readonly raw: Buffer;
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSet: string | undefined;
  readonly region: string;
}

/** SES's region of a request, from the scope of its signature (AWS Signature Version 4). */
export const regionOf = (authorization: string | undefined): string =>
  /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/ses\//.exec(authorization ?? '')?.[1] ?? 'us-east-1';

/** The message as SES hands it on: `Message-ID` and `Date` are its own. */
export function stamped(raw: Buffer, messageId: string, at: number): Buffer {
  const end = raw.indexOf('\r\n\r\n');
  const kept = raw
    .toString('latin1', 0, end)
    .split(/\r\n(?![ \t])/)
    .filter((line) => !/^(?:message-id|date):/i.test(line));
  const date = new Date(at).toUTCString().replace('GMT', '+0000');
  const head = [...kept, `Message-ID: <${messageId}>`, `Date: ${date}`].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), raw.subarray(end)]);
}

/** Why a request is none that SES would take; answered as an SES error. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** ASCII only: SES offers no SMTPUTF8, and a domain of other letters comes as punycode. */
const ADDRESS = /^[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}@[A-Za-z0-9.-]{1,253}$/;
const TAG = /^[A-Za-z0-9_-]{1,256}$/;
/** SES's own, with a colon: the first fields of the `Feedback-ID` it writes. */
const SES_TAG = /^ses:feedback-id-[ab]$/;
/** What SES documents as the name of a configuration set. */
const SET = /^[A-Za-z0-9_-]{1,64}$/;

/** The bare address of `Name <address>` or of an address alone. */
export function bareAddress(text: string): string {
  return /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text.trim();
}

export function readRawEmail(form: URLSearchParams, region: string): RawEmailRequest | Refusal {
  const data = form.get('RawMessage.Data');
  if (data === null || data === '') return invalid('Missing required parameter RawMessage.Data.', 'MissingParameter');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return invalid('RawMessage.Data is no base64.');
  const raw = Buffer.from(data, 'base64');
  const headers = readHeaders(raw);
  if (headers === null) return invalid('The message has no header section.');
  for (const name of ['from', 'content-type']) {
    if (!headers.has(name)) return invalid(`The message has no ${name} header.`);
  }
  if (duplicates(headers)) return invalid('The message has a header twice that may stand once.');
  const fault = wireFault(raw, headers);
  if (fault !== undefined) return invalid(fault);
  const destinations = members(form, 'Destinations').map((member) => bareAddress(member));
  if (destinations.length === 0) destinations.push(bareAddress(headers.get('to')?.[0] ?? ''));
  const source = bareAddress(form.get('Source') ?? headers.get('from')?.[0] ?? '');
  for (const address of [source, ...destinations]) {
    if (!ADDRESS.test(address)) return invalid(`Illegal address ${JSON.stringify(address)}.`);
  }
  const tags: Record<string, string> = {};
  for (let n = 1; form.has(`Tags.member.${n}.Name`); n += 1) {
    const [name, value] = [form.get(`Tags.member.${n}.Name`) ?? '', form.get(`Tags.member.${n}.Value`) ?? ''];
    if (!(TAG.test(name) || SES_TAG.test(name)) || !TAG.test(value))
      return invalid(`Illegal tag ${JSON.stringify(`${name}=${value}`)}.`);
    tags[name] = value;
  }
  const configurationSet = form.get('ConfigurationSetName') ?? undefined;
  if (configurationSet !== undefined && !SET.test(configurationSet)) return invalid('Illegal configuration set name.');
  return { source, destinations, raw, tags, configurationSet, region };
}

/** Header values by lower-case name, unfolded; null when the section is broken. */
export function readHeaders(raw: Buffer): Map<string, string[]> | null {
  const end = raw.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const headers = new Map<string, string[]>();
  for (const line of raw
    .toString('latin1', 0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const match = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return null;
    const name = match[1].toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), match[2]]);
  }
  return headers;
}

/** SES answers "Duplicate header" for those that RFC 5322 3.6 allows once. */
function duplicates(headers: Map<string, string[]>): boolean {
  return ['from', 'to', 'cc', 'subject', 'date', 'message-id', 'reply-to', 'sender'].some(
    (name) => (headers.get(name)?.length ?? 0) > 1,
  );
}

/** A list, as the query protocol numbers it. */
export function members(form: URLSearchParams, name: string): string[] {
  const found: string[] = [];
  for (let n = 1; ; n += 1) {
    const member = form.get(`${name}.member.${n}`);
    if (member === null) return found;
    found.push(member);
  }
}

function invalid(message: string, code = 'InvalidParameterValue'): Refusal {
  return { status: 400, code, message };
}

export function resultXml(action: string, body: string, requestId: string): string {
  return (
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${body}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

export function errorXml({ status, code, message }: Refusal, requestId: string): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code>` +
    `<Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Reads RFC 2047 encoded words, e.g. of a Subject, in UTF-8 (all that is sent here). */
export function decodeWords(value: string): string {
  return value.replace(/(\?=)\s+(=\?)/g, '$1$2').replace(/((?:=\?utf-8\?[bq]\?[^?]*\?=)+)/gi, (run) => {
    const bytes = [...run.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, encoding, text = '']) =>
      encoding?.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : fromQ(text),
    );
    return Buffer.concat(bytes).toString('utf8');
  });
}

function fromQ(text: string): Buffer {
  const latin = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1');
}
