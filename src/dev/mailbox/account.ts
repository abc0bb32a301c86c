/** The account as SES's query protocol tells of it: whether it may send, and its identities. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const status = z.enum(['Pending', 'Success', 'Failed', 'TemporaryFailure', 'NotStarted']);
const identitySchema = z.strictObject({
  status: status.default('Success'),
  dkim: z
    .strictObject({
      enabled: z.boolean().default(true),
      status: status.default('Success'),
      tokens: z.array(z.string()),
    })
    .partial()
    .default({}),
  mailFrom: z.strictObject({ domain: z.string(), status: status.default('Success') }).optional(),
});

/** By domain; null: SES has never heard of it. Domains that nobody set are verified, keys and all. */
export const identitiesSchema = z.record(z.string().toLowerCase(), identitySchema.nullable());

export type Identities = z.output<typeof identitiesSchema>;
export type IdentitiesSetting = z.input<typeof identitiesSchema>;

type Identity = z.output<typeof identitySchema>;

const VERIFIED: Identity = { status: 'Success', dkim: {} };

/** Three tokens of a domain that nobody gave any, as SES makes them: the same every time. */
export const tokensOf = (domain: string): string[] =>
  [1, 2, 3].map((n) => createHash('sha256').update(`${n} ${domain}`).digest('hex').slice(0, 32));

/** Whether mail from this address is of a verified domain, or of one below such a domain. */
export function maySendAs(identities: Identities, address: string): boolean {
  const labels = address.toLowerCase().replace(/^.*@/, '').split('.');
  const named = labels.map((_, n) => labels.slice(n).join('.')).find((domain) => identities[domain] !== undefined);
  return named === undefined || identities[named]?.status === 'Success';
}

/** The inside of an answer about identities, or undefined when the action is another one. */
export function identityXml(action: string, asked: readonly string[], identities: Identities): string | undefined {
  const known = asked.flatMap((domain) => {
    const set = identities[domain.toLowerCase()];
    // Only what was set is below what was set: else a parent would answer for a domain that has its own.
    const found = set === undefined && !Object.keys(identities).some((name) => related(name, domain)) ? VERIFIED : set;
    return found === undefined || found === null ? [] : [[domain, found] as const];
  });
  const entries = (of: (domain: string, identity: Identity) => string): string =>
    known
      .map(([domain, identity]) => `<entry><key>${domain}</key><value>${of(domain, identity)}</value></entry>`)
      .join('');
  switch (action) {
    case 'GetIdentityVerificationAttributes':
      return wrap(
        'VerificationAttributes',
        entries((_, identity) => wrap('VerificationStatus', identity.status)),
      );
    case 'GetIdentityDkimAttributes':
      return wrap(
        'DkimAttributes',
        entries((domain, { dkim }) =>
          [
            wrap('DkimEnabled', String(dkim.enabled ?? true)),
            wrap('DkimVerificationStatus', dkim.status ?? 'Success'),
            wrap('DkimTokens', (dkim.tokens ?? tokensOf(domain)).map((token) => wrap('member', token)).join('')),
          ].join(''),
        ),
      );
    case 'GetIdentityMailFromDomainAttributes':
      return wrap(
        'MailFromDomainAttributes',
        entries((_, { mailFrom }) =>
          [
            wrap('MailFromDomain', mailFrom?.domain ?? ''),
            wrap('MailFromDomainStatus', mailFrom?.status ?? 'Pending'),
            wrap('BehaviorOnMXFailure', 'UseDefaultValue'),
          ].join(''),
        ),
      );
    default:
      return undefined;
  }
}

const related = (one: string, other: string): boolean => one.endsWith(`.${other}`) || other.endsWith(`.${one}`);

const wrap = (name: string, inside: string): string => `<${name}>${inside}</${name}>`;
