/** Which column of an export is which field of a lead: HubSpot's headers, Salesforce's, and our own names. */

import { splitName } from './scrub/names.ts';
import { cleanText, cutText } from './scrub/text.ts';
import { ATTRIBUTES_MAX, FIELD_MAX, type LeadInput, TEXT_MAX } from './scrub.ts';

/**
 * Headers by field, the preferred one first: when a row has several, the first that is not empty counts.
 * Compared without case, spaces and punctuation (`Company / Account` is `companyaccount`).
 */
const known = {
  email: ['email', 'emailaddress', 'workemail', 'businessemail', 'primaryemail', 'mail', 'contactemail'],
  externalId: [
    ...['externalid', 'recordidcontact', 'recordid', 'contactid', 'leadid', 'id', 'hsobjectid', 'vid', 'crmid'],
    ...['hubspotid', 'salesforceid'],
  ],
  firstName: ['firstname', 'givenname', 'forename', 'vorname', 'prénom'],
  lastName: ['lastname', 'surname', 'familyname', 'nachname', 'nom'],
  name: ['name', 'fullname', 'contactname', 'contact', 'leadname'],
  company: [
    ...['company', 'companyname', 'companyaccount', 'accountname', 'account', 'organization', 'organisation'],
    ...['associatedcompany', 'associatedcompanynames', 'primarycompany', 'primaryassociatedcompany', 'firma'],
  ],
  domain: ['domain', 'companydomain', 'companydomainname', 'websiteurl', 'website', 'companywebsite', 'url'],
  role: ['role', 'employmentrole', 'hsrole', 'jobfunction', 'function', 'department', 'buyingrole', 'hsbuyingrole'],
  title: ['title', 'jobtitle', 'position'],
  country: [
    ...['country', 'countrycode', 'countryregion', 'countryregioncode', 'mailingcountry', 'mailingcountrycode'],
    ...['billingcountry', 'ipcountry', 'land'],
  ],
  timeZone: ['timezone', 'hstimezone', 'timezonesidkey', 'zeitzone'],
  locale: ['locale', 'language', 'preferredlanguage', 'hslanguage', 'languagelocalekey', 'sprache'],
  phone: [
    'phone',
    'phonenumber',
    'businessphone',
    'workphone',
    'mobilephonenumber',
    'mobile',
    'mobilephone',
    'telephone',
  ],
  source: [
    ...['source', 'leadsource', 'originalsource', 'originaltrafficsource', 'originalsourcetype', 'hsanalyticssource'],
    ...['latestsource', 'latesttrafficsource'],
  ],
  campaign: [
    ...['campaign', 'campaignname', 'primarycampaign', 'firsttouchconvertingcampaign', 'utmcampaign'],
    ...['lasttouchconvertingcampaign'],
  ],
  optedOut: [
    ...['unsubscribedfromallemail', 'hsemailoptout', 'optedoutofemail', 'emailoptout', 'hasoptedoutofemail'],
    ...['optedout', 'unsubscribed'],
  ],
  doNotCall: ['donotcall', 'phoneoptout', 'donotphone'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A field of a lead, or `name` (split into first and last) `optedOut` and `doNotCall` (see there). */
export type HeaderField = keyof typeof known;

/** Fields read from their preferred column alone; a second one (`Buying Role`) means something else and is an attribute. */
const single: ReadonlySet<HeaderField> = new Set(['externalId', 'role']);

const ranks: ReadonlyMap<string, { field: HeaderField; rank: number }> = new Map(
  (Object.keys(known) as HeaderField[]).flatMap((field) =>
    known[field].map((header, rank): [string, { field: HeaderField; rank: number }] => [header, { field, rank }]),
  ),
);

export interface HeaderMapping {
  /** By column: the field it fills; `null` when it is none. */
  readonly fields: readonly (HeaderField | null)[];
  /** By column: the name of the attribute it fills (`Lifecycle Stage` is `lifecycleStage`); `null` when it is none. */
  readonly attributes: readonly (string | null)[];
  /** Columns in the order a row is asked, by field. */
  readonly order: ReadonlyMap<HeaderField, readonly number[]>;
  /** Headers that are no field of a lead, as written: kept as attributes. */
  readonly unknown: readonly string[];
  /** Headers left out: empty, or beyond the attributes a lead may have. */
  readonly dropped: readonly string[];
  /** Why the file cannot be imported at all; empty when it can. */
  readonly problems: readonly string[];
}

/** Reads a header row. Never throws: a file that cannot be imported says so in `problems`. */
export function mapHeaders(headers: readonly string[]): HeaderMapping {
  const found = headers.map((header) => ranks.get(flat(header)));
  const order = new Map<HeaderField, readonly number[]>();
  for (const field of Object.keys(known) as HeaderField[]) {
    const columns = found.flatMap((hit, column) => (hit?.field === field ? [{ column, rank: hit.rank }] : []));
    columns.sort((a, b) => a.rank - b.rank || a.column - b.column);
    const used = columns.slice(0, single.has(field) ? 1 : columns.length).map(({ column }) => column);
    if (used.length > 0) order.set(field, used);
  }
  const fields = found.map((hit, column) =>
    hit !== undefined && order.get(hit.field)?.includes(column) ? hit.field : null,
  );
  const unknown: string[] = [];
  const dropped: string[] = [];
  const taken = new Set<string>();
  const attributes = headers.map((header, column) => {
    if (fields[column] !== null) return null;
    const name = attributeName(header, taken);
    if (name === '' || taken.size === ATTRIBUTES_MAX) {
      dropped.push(cleanText(header));
      return null;
    }
    taken.add(name);
    unknown.push(cleanText(header));
    return name;
  });
  return { fields, attributes, order, unknown, dropped, problems: problemsOf(headers, order) };
}

/** The lead in a row, fit for `leadInputSchema`; missing columns are empty. `scrub` says whether it is one. */
export function rowToLead(mapping: HeaderMapping, row: readonly string[]): LeadInput {
  const read = (field: HeaderField): string => {
    const values = (mapping.order.get(field) ?? []).map((column) => row[column] ?? '');
    return cutText(values.find((value) => cleanText(value) !== '') ?? '', TEXT_MAX);
  };
  const whole = read('firstName') === '' && read('lastName') === '' ? splitName(read('name')) : undefined;
  const attributes = mapping.attributes.flatMap((name, column): [string, string][] => {
    const value = cutText(cleanText(row[column] ?? ''), TEXT_MAX);
    return name === null || value === '' ? [] : [[name, value]];
  });
  const input = {
    email: read('email'),
    externalId: cutText(cleanText(read('externalId')), FIELD_MAX),
    firstName: whole?.first ?? read('firstName'),
    lastName: whole?.last ?? read('lastName'),
    company: read('company'),
    domain: read('domain'),
    role: read('role'),
    title: read('title'),
    country: read('country'),
    timeZone: read('timeZone'),
    locale: read('locale'),
    phone: read('phone'),
    source: read('source'),
    campaign: read('campaign'),
  };
  const given = Object.entries(input).filter(([field, value]) => field === 'email' || value !== '');
  return {
    email: input.email,
    ...Object.fromEntries(given),
    ...(attributes.length === 0 ? {} : { attributes: Object.fromEntries(attributes) }),
  };
}

/**
 * Whether the export says that this person opted out of email (HubSpot's `Unsubscribed from all email`,
 * Salesforce's `Email Opt Out`): whoever imports the row must suppress the address with it.
 */
export const optedOut = (mapping: HeaderMapping, row: readonly string[]): boolean => says(mapping, row, 'optedOut');

/** Whether it says that this person must not be called (Salesforce's `Do Not Call`). */
export const doNotCall = (mapping: HeaderMapping, row: readonly string[]): boolean => says(mapping, row, 'doNotCall');

function says(mapping: HeaderMapping, row: readonly string[], field: 'optedOut' | 'doNotCall'): boolean {
  const columns = mapping.order.get(field) ?? [];
  return columns.some((column) => /^(?:true|yes|1|x|ja|wahr|opted[ -]?out)$/i.test(cleanText(row[column] ?? '')));
}

function problemsOf(headers: readonly string[], order: HeaderMapping['order']): string[] {
  if (order.has('email')) return [];
  const asData = headers.some((header) => /^\S+@\S+\.\S+$/.test(header.trim()));
  if (asData) return ['the first row holds data, not headers: add a row of headers, with `Email` among them'];
  const semicolons = headers.length === 1 && (headers[0] ?? '').includes(';');
  if (semicolons) return ['columns are separated by semicolons: export with commas'];
  return ['no column is called `Email`: it is the one field every lead needs'];
}

/** `Country/Region` to `countryregion`: case, spaces, punctuation and accents' encoding do not matter. */
function flat(header: string): string {
  return cleanText(header)
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}

/** `Lifecycle Stage` to `lifecycleStage`, so that conditions can say `lead.attributes.lifecycleStage`; numbered when taken. */
function attributeName(header: string, taken: ReadonlySet<string>): string {
  const words = cleanText(header)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');
  const joined = words.map((word, at) => (at === 0 ? word.toLowerCase() : capital(word))).join('');
  const name = cutText(joined, 60);
  if (name === '' || !taken.has(name)) return name;
  let n = 2;
  while (taken.has(`${name}${n}`)) n += 1;
  return `${name}${n}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}
