/** What holds for every lead, whatever an export contains. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEmail } from '../../src/core/scrub/email.ts';
import { personName } from '../../src/core/scrub/names.ts';
import { cleanText, cutText } from '../../src/core/scrub/text.ts';
import { type LeadInput, leadInputSchema, type ScrubbedLead, scrub } from '../../src/core/scrub.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...' \u00a0\u200b\u0301aAßİǆéÉ-\'’."n/a<>@+()0123456789,;ex=|😀'), maxLength: 40 }),
  fc.constantFrom(
    'n/a',
    "'Mr. (she/her)'",
    'Dr. Prof. ',
    'Berg, Anna, PhD',
    '030 123456',
    'Germany (DE)',
    'https://acme.example',
    '__proto__',
    'constructor',
    "O'NEIL",
    'VAN DER BERG',
    'MCDONALD',
    'Deutschland',
    'U.S.A.',
    'Europe/Berlin',
    '+49 (0)30 12345',
  ),
);

const anyEmail = fc.oneof(
  anyText,
  fc.emailAddress(),
  fc.tuple(anyText, fc.emailAddress()).map(([name, address]) => `${name} <${address}>`),
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...'aZ09.+-_'), minLength: 1, maxLength: 12 }),
      fc.constantFrom('gmail.com', 'Acme.example'),
    )
    .map(([local, domain]) => `${local}@${domain}`),
);

const anyLead: fc.Arbitrary<LeadInput> = fc.record(
  {
    email: anyEmail,
    externalId: anyText,
    firstName: anyText,
    lastName: anyText,
    company: anyText,
    domain: fc.oneof(anyText, fc.domain(), fc.webUrl()),
    role: anyText,
    title: anyText,
    country: anyText,
    timeZone: anyText,
    locale: anyText,
    phone: anyText,
    source: anyText,
    campaign: anyText,
    attributes: fc.dictionary(anyText, anyText, { maxKeys: 8 }),
  },
  { requiredKeys: ['email'] },
);

/** A stored lead as somebody would post it again. */
function asInput(lead: ScrubbedLead): LeadInput {
  const { emailNormal: _normal, key: _key, freemail: _free, consents: _consents, ...input } = lead;
  return { ...input, attributes: { ...input.attributes } };
}

test('scrubbing a scrubbed lead changes nothing', () => {
  fc.assert(
    fc.property(anyLead, (input) => {
      const once = scrub(input);
      fc.pre(once.ok);
      const twice = scrub(asInput(once.lead));
      expect(twice.ok && twice.lead).toEqual(once.lead);
    }),
    { numRuns: 2_000 },
  );
});

test('it never throws, and what it keeps passes the schema and can be stored', () => {
  fc.assert(
    fc.property(anyLead, (input) => {
      const result = scrub(input);
      if (!result.ok) {
        expect(result.message).not.toBe('');
        return;
      }
      expect(leadInputSchema.safeParse(asInput(result.lead)).success).toBe(true);
      const text = JSON.stringify(result.lead);
      expect(text.isWellFormed() && !text.includes('\\u0000')).toBe(true);
      expect(JSON.parse(text)).toEqual(result.lead);
    }),
    { numRuns: 2_000 },
  );
});

test('the case, spaces and invisible characters around an address do not make another lead', () => {
  const padding = fc.string({ unit: fc.constantFrom(' ', '\u00a0', '\u200b', '\t', '\ufeff'), maxLength: 4 });
  fc.assert(
    fc.property(fc.emailAddress(), padding, padding, fc.boolean(), (address, before, after, upper) => {
      const plain = readEmail(address);
      const dressed = readEmail(before + (upper ? address.toUpperCase() : address) + after);
      expect(dressed).toEqual(plain);
    }),
  );
});

test('names in one case come out with a capital, names in mixed case as they are', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z][a-z]{2,9}(-[A-Z][a-z]{2,9})?$/), (name) => {
      expect(personName(name, 'first')).toBe(cleanText(name));
      const proper = personName(name.toUpperCase(), 'last');
      expect(proper.toLowerCase()).toBe(cleanText(name).toLowerCase());
      expect(personName(name.toLowerCase(), 'last')).toBe(proper);
    }),
  );
});

test('cutting never leaves half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, max) => {
      const cut = cutText(text, max);
      expect(cut.length).toBeLessThanOrEqual(max);
      expect(cut.isWellFormed()).toBe(true);
    }),
  );
});
