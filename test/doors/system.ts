/**
 * Every door of a system that runs, tried with five keys that are made for it and revoked at the end. Nothing else
 * changes.
 */
import { z } from 'zod';
import { type Role, roleSchema } from '../../src/store/keys.ts';
import { type Ask, type Door, doorsOf, tryDoors, wrongOf } from './doors.ts';

const madeSchema = z.object({ id: z.string(), key: z.string() });

/**
 * @param ask `fetch`, below the address of the system
 * @param admin a key of an admin
 * @throws Error when the system does not say what doors it has, or makes no keys
 */
export async function tryDoorsOf(
  ask: Ask,
  admin: string,
): Promise<{ readonly doors: readonly Door[]; readonly wrong: readonly string[] }> {
  const doors = doorsOf(await answered(await ask('/openapi.json', { method: 'GET' })));
  const authorization = `Bearer ${admin}`;
  const ids: string[] = [];
  const keyOf = async (role: Role): Promise<string> => {
    const rep = role === 'rep' ? { rep: 'nobody@nowhere.example' } : {};
    const headers = { authorization, 'content-type': 'application/json' };
    const body = JSON.stringify({ role, ...rep, label: 'test:doors' });
    const made = madeSchema.parse(await answered(await ask('/v1/keys', { method: 'POST', headers, body })));
    ids.push(made.id);
    return made.key;
  };
  try {
    const keys = z
      .record(roleSchema, z.string())
      .parse(Object.fromEntries(await Promise.all(roleSchema.options.map(async (role) => [role, await keyOf(role)]))));
    return { doors, wrong: wrongOf(await tryDoors(doors, keys, ask)) };
  } finally {
    for (const id of ids) await answered(await ask(`/v1/keys/${id}`, { method: 'DELETE', headers: { authorization } }));
  }
}

async function answered(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
