import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signReplyToken, signToken, verifyReplyToken, verifyToken } from '../../src/email/tokens.ts';

const LEAD = '0192f3a0-1111-7222-8333-444455556666';

describe('link tokens', () => {
  it('give back what was signed, and fit in a URL as they are', () => {
    for (const claims of [
      { leadId: LEAD, purpose: 'marketing' as const },
      { leadId: LEAD, purpose: 'sales' as const, touch: 'touch_1-x' },
    ]) {
      const token = signToken('secret', claims);
      expect(token).toMatch(/^[A-Za-z0-9_.-]+$/);
      expect(verifyToken('secret', token)).toEqual(claims);
    }
  });

  it('are the same every time: they never expire', () => {
    const claims = { leadId: LEAD, purpose: 'marketing' as const };
    expect(signToken('secret', claims)).toBe(signToken('secret', claims));
  });

  it('are void under another secret, with one character changed, added or taken away', () => {
    const token = signToken('secret', { leadId: LEAD, purpose: 'marketing' });
    expect(verifyToken('other', token)).toBeNull();
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(verifyToken('secret', changed)).toBeNull();
      expect(verifyToken('secret', token.slice(0, at))).toBeNull();
    }
    expect(verifyToken('secret', `${token}A`)).toBeNull();
    expect(verifyToken('secret', `${token}.A`)).toBeNull();
  });

  it('any text is refused without a throw', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => verifyToken('secret', text) === null && verifyReplyToken('secret', text) === null,
      ),
    );
  });

  it('an id that could be read as two claims is refused', () => {
    expect(() => signToken('secret', { leadId: 'a.b', purpose: 'marketing' })).toThrow(
      expect.objectContaining({ code: 'token-claims' }),
    );
    expect(() => signToken('', { leadId: LEAD, purpose: 'marketing' })).toThrow(
      expect.objectContaining({ code: 'no-secret' }),
    );
  });
});

describe('reply tokens', () => {
  it('give back the lead for any id, also after a mail server changed the case', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const token = signReplyToken('secret', id);
        expect(`reply+${token}`.length).toBeLessThanOrEqual(64);
        expect(verifyReplyToken('secret', token.toUpperCase())).toBe(id);
        expect(verifyReplyToken('other', token)).toBeNull();
      }),
    );
  });

  it('are void with one character changed or as a link', () => {
    const token = signReplyToken('secret', LEAD);
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'a' ? 'b' : 'a'}${token.slice(at + 1)}`;
      expect(verifyReplyToken('secret', changed)).toBeNull();
    }
    expect(verifyToken('secret', token)).toBeNull();
    expect(() => signReplyToken('secret', 'lead-1')).toThrow(expect.objectContaining({ code: 'token-claims' }));
  });
});
