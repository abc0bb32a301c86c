import { describe, expect, it } from 'vitest';
import { STATE_VERSION, type Upcaster, upcastState } from '../../src/core/state-versions.ts';

/** Version 2 renamed a field, version 3 counts what was listed. */
const CHAIN: readonly Upcaster[] = [
  ({ owner, ...rest }) => ({ ...rest, custodian: owner }),
  ({ calls, ...rest }) => ({ ...rest, attempts: Array.isArray(calls) ? calls.length : 0 }),
];
const NEWEST = { v: 3, seq: 4, custodian: 'a@volley.example', attempts: 2 };

describe('a document of an older version', () => {
  it.each([
    { v: 1, seq: 4, owner: 'a@volley.example', calls: [1, 2] },
    { v: 2, seq: 4, custodian: 'a@volley.example', calls: [1, 2] },
    NEWEST,
  ])('of version $v comes out as of the newest', (document) => {
    expect(upcastState(document, CHAIN)).toEqual({ kind: 'current', document: NEWEST });
  });

  it('is left as it was read', () => {
    const document = Object.freeze({ v: 1, seq: 4, owner: 'a@volley.example', calls: Object.freeze([1, 2]) });
    upcastState(document, CHAIN);
    expect(document).toEqual({ v: 1, seq: 4, owner: 'a@volley.example', calls: [1, 2] });
  });

  it('has its version set by the chain, whatever an upcaster says of it', () => {
    expect(upcastState({ v: 1 }, [() => ({ v: 9 })])).toEqual({ kind: 'current', document: { v: 2 } });
  });
});

describe('a document that is none', () => {
  it('of a newer build is told apart from one that is broken', () => {
    expect(upcastState({ v: 4 }, CHAIN)).toEqual({ kind: 'newer', version: 4 });
    expect(upcastState({ v: STATE_VERSION + 1 })).toEqual({ kind: 'newer', version: STATE_VERSION + 1 });
    for (const v of [undefined, null, '1', 0, -1, 1.5]) {
      expect(upcastState({ v }, CHAIN)).toEqual({ kind: 'unversioned' });
    }
  });
});
