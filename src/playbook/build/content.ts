/** Places and times of emails, from what their front matter says. */
import type { Place, Season } from '../../core/content.ts';
import type { RawEmail } from '../schemas/email.ts';

/** By name, what lies in a region of the playbook. */
export type Regions = Readonly<Record<string, readonly string[]>>;

const isCode = (name: string): boolean => /^[A-Z]{2}$/.test(name);
const isRegion = (name: string): boolean => /^[a-z0-9]/.test(name);

/** What a name stands for; a region is opened. */
export function buildPlace(name: string, regions: Regions): Place {
  const names = isRegion(name) ? (Object.hasOwn(regions, name) ? (regions[name] ?? []) : []) : [name];
  return { name, countries: names.filter(isCode), zones: names.filter((one) => !isCode(one)) };
}

export function buildSeason({ from, to, working }: NonNullable<RawEmail['times']>[number]): Season {
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(working !== undefined && { working }),
  };
}
