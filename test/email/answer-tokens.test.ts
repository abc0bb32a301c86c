import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_LINK_LIVES, ANSWERS, readAnswerToken, signAnswerToken } from '../../src/email/answer-tokens.ts';
import { verifyToken } from '../../src/email/tokens.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const task = '0192f3a0-1111-8222-8333-444455556666';
const rep = 'lena.hartmann@northwind.example';

describe('answer tokens', () => {
  it('give back task, answer and end, and know their rep without naming them', () => {
    for (const answer of ANSWERS) {
      const token = signAnswerToken('secret', { task, answer, rep }, NOW);
      expect(token).toMatch(/^[A-Za-z0-9_.-]+$/);
      const claims = readAnswerToken('secret', token);
      expect(claims).toMatchObject({ task, answer, expiresAt: NOW + ANSWER_LINK_LIVES });
      expect(claims?.isFor(rep)).toBe(true);
      expect(claims?.isFor('tom.okafor@northwind.example')).toBe(false);
      expect(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).not.toContain('lena');
    }
  });

  it('are void under another secret, changed anywhere, cut, or as another kind of link', () => {
    const token = signAnswerToken('secret', { task, answer: 'accept', rep }, NOW);
    expect(readAnswerToken('other', token)).toBeNull();
    expect(verifyToken('secret', token)).toBeNull();
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(readAnswerToken('secret', changed)).toBeNull();
      expect(readAnswerToken('secret', token.slice(0, at))).toBeNull();
    }
  });

  it('any text is refused without a throw', () => {
    fc.assert(fc.property(fc.string(), (text) => readAnswerToken('secret', text) === null));
  });

  it('an id that could be read as two claims is refused', () => {
    expect(() => signAnswerToken('secret', { task: 'a.b', answer: 'accept', rep }, NOW)).toThrow(
      expect.objectContaining({ code: 'token-claims' }),
    );
  });
});
