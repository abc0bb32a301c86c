/**
 * Versions of the state document. A lead sleeps for months, so the store holds documents of every version
 * that ever ran: what is read goes through the chain, one step a version, up to the newest. A new optional field
 * is no new version; anything else that makes an older document read differently is.
 */

/** A stored document, before anybody knows what is in it. */
export type StateDocument = Readonly<Record<string, unknown>>;
/** Turns a document into one of the version after its own, but for `v`, which the chain sets. */
export type Upcaster = (document: StateDocument) => StateDocument;

/**
 * By the version they read: the first reads version 1. Never change one that has been released, and never make one
 * call code that changes: each must go on reading what was written then. There is none yet.
 */
const UPCASTERS = [] as const satisfies readonly Upcaster[];

/** A chain of n upcasters ends at version n + 1; this line does not compile when the two disagree. */
export const STATE_VERSION: [...typeof UPCASTERS, unknown]['length'] = 1;

export type Upcast =
  | { readonly kind: 'current'; readonly document: StateDocument }
  /** `v` is missing or no version. */
  | { readonly kind: 'unversioned' }
  /** Written by a build newer than this one. */
  | { readonly kind: 'newer'; readonly version: number };

/** The document as of the newest version. `chain` is given by tests alone. */
export function upcastState(document: StateDocument, chain: readonly Upcaster[] = UPCASTERS): Upcast {
  const from = document['v'];
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 1) return { kind: 'unversioned' };
  if (from > chain.length + 1) return { kind: 'newer', version: from };
  const upcast = chain
    .slice(from - 1)
    .reduce<StateDocument>((older, next, n) => ({ ...next(older), v: from + n + 1 }), document);
  return { kind: 'current', document: upcast };
}
