import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealed } from '../../src/email/signature.ts';
import { signReplyToken, signToken, verifyReplyToken, verifyToken } from '../../src/email/tokens.ts';

const SECRET = 'a secret of at least thirty-two characters';
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

describe('no link token can be made out of another', () => {
  const claims = fc.record({ leadId: fc.uuid(), purpose: fc.constantFrom('marketing', 'sales', 'service') });
  const token = claims.map((given) => ({ given, token: signToken(SECRET, given) }));
  const void_ = (text: string): void => expect(verifyToken(SECRET, text)).toBeNull();

  it('by cutting it anywhere, at either end', () => {
    fc.assert(
      fc.property(token, fc.nat(), (one, n) => {
        const at = n % one.token.length;
        void_(one.token.slice(0, at));
        if (at > 0) void_(one.token.slice(at));
      }),
    );
  });

  it('by the case of its letters: mail programs that fold it break it, and it leads nowhere else', () => {
    fc.assert(
      fc.property(token, fc.nat(), (one, flips) => {
        const recased = [...one.token]
          .map((letter, n) => {
            // A bit of the number a letter: every subset of them comes up.
            const flip = ((flips >>> (n % 31)) & 1) === 1;
            const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
            return flip ? other : letter;
          })
          .join('');
        if (recased !== one.token) void_(recased);
        void_(one.token.toLowerCase());
        void_(one.token.toUpperCase());
      }),
    );
  });

  it('by putting the claims of one before the signature of another', () => {
    fc.assert(
      fc.property(token, token, (a, b) => {
        if (a.token === b.token) return;
        const [body] = a.token.split('.');
        const [, signature] = b.token.split('.');
        void_(`${body}.${signature}`);
      }),
    );
  });

  it('by another lead, purpose or touch in its text, signed or not', () => {
    fc.assert(
      fc.property(token, claims, ({ given, token: one }, other) => {
        const [body = '', signature] = one.split('.');
        const text = Buffer.from(body, 'base64url').toString();
        const forged = [
          text.replace(given.leadId, other.leadId),
          text.replace(given.purpose, other.purpose),
          `${text}.touch-1`,
          `${text}.`,
        ];
        for (const words of forged) {
          if (words === text) continue;
          void_(`${Buffer.from(words).toString('base64url')}.${signature}`);
          void_(sealed('another secret of thirty-two characters!', 'link', words));
        }
      }),
    );
  });

  it('by a token of another kind, of the same words', () => {
    fc.assert(
      fc.property(claims, ({ leadId, purpose }) => {
        for (const use of ['reply', 'answer', 'assignee', 'webhook', 'calendar'] as const)
          void_(sealed(SECRET, use, `${purpose}.${leadId}`));
        void_(signReplyToken(SECRET, leadId));
      }),
    );
  });

  it('by what a base64 reader would take for the same: padding, other alphabets, stray bits, blanks', () => {
    fc.assert(
      fc.property(token, (one) => {
        const [body = '', signature = ''] = one.token.split('.');
        const plain = (text: string): string => Buffer.from(text, 'base64url').toString('base64');
        const last = signature.slice(-1);
        for (const stray of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
          if (stray !== last) void_(`${body}.${signature.slice(0, -1)}${stray}`);
        for (const text of [`${one.token}=`, ` ${one.token}`, `${one.token}\n`, `${body}=.${signature}`]) void_(text);
        if (plain(body) !== body) void_(`${plain(body)}.${signature}`);
        if (plain(signature) !== signature) void_(`${body}.${plain(signature)}`);
      }),
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
