/** Questions to DNS, each answer one of three: found, none, or nobody answered. */
import { Resolver } from 'node:dns/promises';
import { systemErrorCode } from '../system-error.ts';

export type Answer<Value> =
  | { readonly kind: 'found'; readonly values: readonly Value[] }
  | { readonly kind: 'none' }
  /** The resolver did not answer, or said that it cannot. */
  | { readonly kind: 'failed'; readonly why: string };

export interface Mx {
  readonly exchange: string;
  readonly priority: number;
}

export interface Dns {
  /** Each record whole: the strings it is cut into put together (RFC 7208 3.3). */
  txt(name: string): Promise<Answer<string>>;
  cname(name: string): Promise<Answer<string>>;
  mx(name: string): Promise<Answer<Mx>>;
  /** Whether the name has an address of either kind. */
  address(name: string): Promise<Answer<string>>;
}

/** Real ms to the first repeat, and how often one server is asked. */
const PATIENCE = { timeout: 2_000, tries: 2 };
const NONE = new Set(['ENODATA', 'ENOTFOUND']);

/** @param server `IP` or `IP:PORT`; absent: the machine's own resolver */
export function createDns(server?: string): Dns {
  const resolver = new Resolver(PATIENCE);
  if (server !== undefined) resolver.setServers([server]);
  return {
    txt: (name) => ask(async () => (await resolver.resolveTxt(name)).map((strings) => strings.join(''))),
    cname: (name) => ask(async () => (await resolver.resolveCname(name)).map(bare)),
    mx: (name) =>
      ask(async () =>
        (await resolver.resolveMx(name))
          .map(({ exchange, priority }) => ({ exchange: bare(exchange), priority }))
          .toSorted((a, b) => a.priority - b.priority),
      ),
    async address(name) {
      const four = await ask(() => resolver.resolve4(name));
      return four.kind === 'none' ? ask(() => resolver.resolve6(name)) : four;
    },
  };
}

async function ask<Value>(question: () => Promise<Value[]>): Promise<Answer<Value>> {
  try {
    const values = await question();
    return values.length === 0 ? { kind: 'none' } : { kind: 'found', values };
  } catch (error) {
    const code = systemErrorCode(error) ?? 'no answer';
    return NONE.has(code) ? { kind: 'none' } : { kind: 'failed', why: code };
  }
}

const bare = (name: string): string => name.toLowerCase().replace(/\.$/, '');
