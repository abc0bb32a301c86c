/** The domain a touch would be from, as the renderer fills `company.from`. */
import type { Playbook, Purpose } from './playbook.ts';

const afterAt = (address: string): string | undefined => {
  const at = address.lastIndexOf('@');
  return at < 0 ? undefined : address.slice(at + 1).toLowerCase() || undefined;
};

/** What an address is made of when its template has been filled; undefined: the rep's own, and there is none. */
function domainOf(template: string, rep: string | undefined): string | undefined {
  const [, address = template] = /<([^<>]+)>\s*$/.exec(template) ?? [];
  const written = address.replace(/\{\{.*?\}\}/g, '').trim();
  return afterAt(written.includes('@') ? written : (rep ?? ''));
}

/** Every domain that mail of these senders may be from. @param reps addresses of the reps in the pools */
export const domainsOf = (senders: readonly string[], reps: readonly string[]): ReadonlySet<string> =>
  new Set(
    senders.flatMap((sender) => {
      const fixed = domainOf(sender, undefined);
      return (fixed === undefined ? reps.map((rep) => domainOf(sender, rep)) : [fixed]).flatMap((one) => one ?? []);
    }),
  );

/** Sales mail to a lead whom no rep has yet comes from the company. @param rep the custodian's id, an address */
export function senderDomain(
  { company: { from }, emails }: Pick<Playbook, 'company' | 'emails'>,
  { email, purpose, rep }: { readonly email: string; readonly purpose: Purpose; readonly rep: string | undefined },
): string | undefined {
  const kind = (emails[email]?.from ?? purpose) === 'sales' ? 'sales' : 'marketing';
  return domainOf(from[kind], rep) ?? domainOf(from.marketing, rep);
}
