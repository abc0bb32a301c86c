/** Accounts: companies by their domain, and the few of their people one computation looks at. */
import { hashId } from './hash.ts';
import { isFreemail } from './scrub/lists.ts';

/** Leads of one account that a group computation looks at: the first ones by when they came in. */
export const GROUP_MAX = 50;

/**
 * The account of a lead with this company domain: the same domain is the same account on every
 * installation, so two writers cannot make two. `null` without a domain, or with one that anybody
 * has an address at.
 */
export const accountIdOf = (domain: string): string | null => (hasAccount(domain) ? hashId('account', domain) : null);

/** Whether leads with this company domain have an account. */
export const hasAccount = (domain: string): boolean => domain !== '' && !isFreemail(domain);
