/**
 * Where a webhook may go. Its address is chosen by whoever has an admin key, and the request comes
 * from inside our network: so never to a private address (SSRF). The address is checked when it is
 * given, and what its name stands for at every attempt, on the very address that is connected to.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isLoopback } from '../../config.ts';

/** IANA's special-purpose registries for IPv4 and IPv6: everything in them is not the public Internet. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv4');
}
const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6');
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv6');
}

/** Whether anybody on the Internet could be at this address. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE.check(address, 'ipv4');
  return isIP(address) === 6 && GLOBAL_IPV6.check(address, 'ipv6') && !PRIVATE.check(address, 'ipv6');
}

export interface Allowed {
  /** Addresses of this very machine too, and plain http to them: on a local stack. */
  readonly loopback: boolean;
}

const mayConnect = (address: string, { loopback }: Allowed): boolean =>
  isPublic(address) || (loopback && isLoopback(address));

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Why nothing may be sent to this URL, in words that fit after its name; undefined: it may. Looks no name up. */
export function refusalOf(text: string, allowed: Allowed): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL, e.g. https://crm.example/hooks/volley';
  const url = new URL(text);
  const name = url.hostname.replace(/\.$/, '');
  const local = isLoopback(name) || name.endsWith('.localhost');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local && allowed.loopback)) {
    return allowed.loopback ? 'must begin with https:// (http:// only on this machine)' : 'must begin with https://';
  }
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user or password: the signature says who calls';
  if (url.hash !== '') return 'must not have a fragment (#…)';
  if (local && !allowed.loopback)
    return 'must not be this machine: only a stack whose own address is local may call it';
  const host = bareHost(url);
  if (isIP(host) !== 0 && !mayConnect(host, allowed)) return 'must not be a private address';
  return undefined;
}

/** An address that may not be connected to came out of a name. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
}

/** The system's lookup, which fails when any address of the name is private: half of an answer is no answer. */
export const publicLookup =
  (allowed: Allowed): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      if (error !== null || first === undefined) return done(error ?? new Error(`${hostname} has no address`), '', 0);
      const bad = found.find(({ address }) => !mayConnect(address, allowed));
      if (bad !== undefined)
        return done(new PrivateAddress(`${hostname} stands for the private address ${bad.address}`), '', 0);
      if (options.all === true) return done(null, found);
      return done(null, first.address, first.family);
    });
  };

/** A name that nobody resolves this fast is let through: every attempt asks again. */
const LOOKUP_MS = 2_000;

/** The same as `refusalOf`, and looks at what the name stands for now. */
export async function refusalNow(text: string, allowed: Allowed): Promise<string | undefined> {
  const refusal = refusalOf(text, allowed);
  if (refusal !== undefined) return refusal;
  const found = new Promise<string | undefined>((resolve) => {
    publicLookup(allowed)(bareHost(new URL(text)), {}, (error) =>
      resolve(error instanceof PrivateAddress ? 'must not stand for a private address' : undefined),
    );
  });
  return Promise.race([found, pause(LOOKUP_MS, undefined, { ref: false })]);
}
