/**
 * Every endpoint times every caller, from the OpenAPI document: nobody, a key that is none, and a key of each role. It
 * changes nothing: ids are of nothing, bodies and keys for repeats are none that any call takes, so whoever may call gets past the door
 * and no further. It knows of the API only its address, so that a deployed stack is tried as the app in a test is.
 */
import { z } from 'zod';
import { type Role, roleSchema } from '../../src/store/keys.ts';

const NOTHING = '0191f3a0-0000-7000-8000-000000000000';
/** Broken in JSON, and no message, list or file either. */
const NO_BODY = '[';
/** No key for repeats has a space: whoever may write is refused for it, after the roles are looked at. */
const NO_IDEMPOTENCY_KEY = 'none of these';

const operationSchema = z.looseObject({
  operationId: z.string(),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.string(), schema: z.looseObject({}).optional() }))
    .default([]),
  requestBody: z.looseObject({ content: z.record(z.string(), z.unknown()) }).optional(),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  'x-roles': z.array(z.string()).optional(),
});
const documentSchema = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });

export interface Door {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly type: string | undefined;
  /** Empty: open to everybody. */
  readonly roles: readonly Role[];
}

export type Caller = Role | 'nobody' | 'wrong key';
export const CALLERS: readonly Caller[] = ['nobody', 'wrong key', ...roleSchema.options];

export interface Tried {
  readonly door: Door;
  readonly caller: Caller;
  readonly status: number;
  /** In words; absent: it is as the document says. */
  readonly wrong?: string;
}

/** Where there is a door, by the document. @throws when an operation could do something by being tried */
export function doorsOf(document: unknown): readonly Door[] {
  return Object.entries(documentSchema.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, requestBody, parameters, security, ...more }]) => {
      const named = parameters.filter((one) => one.in === 'path');
      const refusable = parameters.some((one) => one.name === 'Idempotency-Key') || requestBody !== undefined;
      if (method !== 'get' && !refusable && named.length === 0)
        throw new Error(`${operationId} takes no key for repeats, no body and no id: trying it would do it`);
      const ids = named.reduce((filled, { name, schema }) => {
        const id = schema?.['format'] === 'rep-address' ? 'nobody@nowhere.example' : NOTHING;
        return filled.replace(`{${name}}`, encodeURIComponent(id));
      }, path);
      const roles = (more['x-roles'] ?? []).map((role) => roleSchema.parse(role.replace(/ \(own\)$/, '')));
      if (security.length > 0 && roles.length === 0)
        throw new Error(`${operationId} asks for a key and names no roles`);
      const type = requestBody === undefined ? undefined : Object.keys(requestBody.content)[0];
      return { operation: operationId, method: method.toUpperCase(), path: ids, type, roles };
    }),
  );
}

const answerSchema = z.looseObject({ type: z.string() });

async function typeOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return answerSchema.parse(JSON.parse(text)).type;
  } catch {
    return '';
  }
}

/** What is wrong with this answer to this caller. */
function wrongWith({ roles }: Door, caller: Caller, status: number, type: string): string | undefined {
  if (status >= 500) return 'a failure on the server';
  const refused = status === 401 || (status === 403 && type === '/problems/wrong-role');
  if (roles.length === 0) return refused ? 'open to everybody, and was refused' : undefined;
  if (caller === 'nobody') return type === '/problems/no-key' ? undefined : 'not refused without a key';
  if (caller === 'wrong key') return type === '/problems/wrong-key' ? undefined : 'not refused with a wrong key';
  if (roles.includes(caller)) return refused ? 'may, and was refused' : undefined;
  return type === '/problems/wrong-role' ? undefined : 'may not, and was let in';
}

export interface Asked {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly redirect?: 'manual';
}

/** `fetch` below the address of a system, or what stands for it. */
export type Ask = (path: string, init: Asked) => Promise<Response>;

/** Tries every door with every caller: one door after the other, all callers at once. */
export async function tryDoors(
  doors: readonly Door[],
  keys: Readonly<Record<Role, string>>,
  ask: Ask,
): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  for (const door of doors) {
    const answers = CALLERS.map(async (caller): Promise<Tried> => {
      const key = caller === 'nobody' ? undefined : caller === 'wrong key' ? 'volley_wrong' : keys[caller];
      const headers = {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(door.type === undefined ? {} : { 'content-type': door.type }),
        ...(door.method === 'GET' ? {} : { 'idempotency-key': NO_IDEMPOTENCY_KEY }),
      };
      const body = door.type === undefined ? {} : { body: NO_BODY };
      const response = await ask(door.path, { method: door.method, headers, redirect: 'manual', ...body });
      const wrong = wrongWith(door, caller, response.status, await typeOf(response));
      return { door, caller, status: response.status, ...(wrong === undefined ? {} : { wrong }) };
    });
    tried.push(...(await Promise.all(answers)));
  }
  return tried;
}

/** One line for each that is wrong. */
export const wrongOf = (tried: readonly Tried[]): readonly string[] =>
  tried.flatMap(({ door, caller, status, wrong }) =>
    wrong === undefined ? [] : [`${door.method} ${door.path} (${door.operation}) with ${caller}: ${status}, ${wrong}`],
  );
