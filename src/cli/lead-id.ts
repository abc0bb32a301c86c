/** A lead as people name it on the command line: by id or by address. */
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';
import { emailIdentity } from '../core/scrub.ts';
import type { ApiClient } from './client.ts';

const leadsSchema = z.looseObject({ items: z.array(z.looseObject({ id: z.string(), email: z.string() })) });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws VolleyError `unknown-lead` */
export async function leadIdOf(api: ApiClient, lead: string): Promise<string> {
  if (UUID.test(lead)) return lead;
  const wanted = emailIdentity(lead);
  const page = await api.ask(`/v1/leads?limit=500&q=${encodeURIComponent(lead.trim())}`, leadsSchema);
  const found = page.items.find(({ email }) => emailIdentity(email) === wanted);
  if (found !== undefined) return found.id;
  throw new VolleyError('unknown-lead', `there is no lead with the id or address ${lead}`, {
    fix: 'Give the lead’s id, or the whole address it has now.',
  });
}
