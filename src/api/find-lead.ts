/** Leads as callers name them: by id or by address. */
import { findLeadIds } from '../store/leads.ts';
import type { Db } from '../store/schema.ts';
import { Problem } from './problem/problem.ts';
import type { LeadRef } from './schemas/common.ts';

/** In words, for messages; an address is repeated to the caller who sent it, and only there. */
export const nameOf = (ref: LeadRef): string => ('id' in ref ? `the id ${ref.id}` : `the address ${ref.email}`);

/** @throws Problem `unknown-lead` */
export async function leadIdOf(db: Db, ref: LeadRef): Promise<string> {
  const [id] = await findLeadIds(db, [ref]);
  if (id !== null && id !== undefined) return id;
  throw new Problem('unknown-lead', `There is no lead with ${nameOf(ref)}`, {
    errors: [{ path: 'lead', message: 'is not known' }],
  });
}
