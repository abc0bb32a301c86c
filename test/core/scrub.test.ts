import { describe, expect, test } from 'vitest';
import {
  ATTRIBUTES_MAX,
  emailIdentity,
  type LeadInput,
  leadInputSchema,
  leadKey,
  scrub,
} from '../../src/core/scrub.ts';

function kept(input: Partial<LeadInput>) {
  const result = scrub({ email: 'anna@acme.example', ...input });
  if (!result.ok) throw new Error(`${result.field}: ${result.message}`);
  return { ...result.lead, notes: result.notes };
}

function refused(input: Partial<LeadInput>) {
  const result = scrub({ email: 'anna@acme.example', ...input });
  return result.ok ? 'kept' : `${result.field}: ${result.reason}`;
}

describe('email addresses', () => {
  test.each([
    ['Anna@ACME.Example', 'anna@acme.example'],
    ['  anna@acme.example\u00a0', 'anna@acme.example'],
    ['anna\u200b@acme.example', 'anna@acme.example'],
    ['mailto:anna@acme.example', 'anna@acme.example'],
    ['MAILTO:anna@acme.example?subject=Hello', 'anna@acme.example'],
    ['Anna Berg <Anna@acme.example>', 'anna@acme.example'],
    ['"Berg, Anna" <anna@acme.example>', 'anna@acme.example'],
    ['<anna@acme.example>', 'anna@acme.example'],
    ['anna@acme.example.', 'anna@acme.example'],
    ['anna@acme.example;', 'anna@acme.example'],
    ['anna+news@acme.example', 'anna+news@acme.example'],
    ["o'neil@acme.example", "o'neil@acme.example"],
    ['anna@müller.example', 'anna@xn--mller-kva.example'],
    ['ａｎｎａ@acme.example', 'anna@acme.example'],
    ['\u202eanna@acme.example', 'anna@acme.example'],
    ['jo@joe.example', 'jo@joe.example'],
    ['bob@bob.example', 'bob@bob.example'],
    ['coco.mimi@acme.example', 'coco.mimi@acme.example'],
  ])('%j is read as %s', (given, email) => {
    expect(kept({ email: given }).email).toBe(email);
  });

  test.each([
    ['', 'email-missing'],
    ['n/a', 'email-missing'],
    ['\u200b \u00a0', 'email-missing'],
    ['anna', 'email-invalid'],
    ['anna@acme', 'email-invalid'],
    ['anna@@acme.example', 'email-invalid'],
    ['anna..berg@acme.example', 'email-invalid'],
    ['anna.@acme.example', 'email-invalid'],
    ['anna berg@acme.example', 'email-invalid'],
    ['anna at acme.example', 'email-invalid'],
    ['jörg@acme.example', 'email-invalid'],
    ['anna@acme.example, ben@acme.example', 'email-invalid'],
    ['anna@192.0.2.1', 'email-invalid'],
    ['anna@-acme.example', 'email-invalid'],
    [`${'a'.repeat(65)}@acme.example`, 'email-invalid'],
    ['test@test.com', 'email-fake'],
    ['anna@asdf.com', 'email-fake'],
    ['asdf@gmail.com', 'email-fake'],
    ['aaa@hotmail.com', 'email-fake'],
    ['anna@acme.invalid', 'email-fake'],
    ['noreply@acme.example', 'email-role'],
    ['No-Reply@acme.example', 'email-role'],
    ['do_not_reply+7@acme.example', 'email-role'],
    ['postmaster@acme.example', 'email-role'],
    ['anna@mailinator.com', 'email-disposable'],
    ['anna@mailinator.net', 'email-disposable'],
    ['anna@box.yopmail.com', 'email-disposable'],
    ['anna@temp-mail.io', 'email-disposable'],
    ['anna@gmial.com', 'email-typo'],
    ['anna@gmail.con', 'email-typo'],
    ['anna@hotmial.com', 'email-typo'],
    ['test@test', 'email-invalid'],
    ['sdfsdf@sdfsdf.com', 'email-fake'],
    ['asdfgh@gmail.com', 'email-fake'],
    ['jkjkjk@gmx.de', 'email-fake'],
    ['a@a.com', 'email-fake'],
    ['no@no.com', 'email-fake'],
    ['anna@\u0430cme.example', 'email-invalid'],
    ['\u0430nna@acme.example', 'email-invalid'],
    ['anna(at)acme.example', 'email-invalid'],
  ])('%j is refused as %s', (given, reason) => {
    expect(refused({ email: given })).toBe(`email: ${reason}`);
  });

  test('somebody called test at a company may be real', () => {
    expect(kept({ email: 'test@acme.example' }).email).toBe('test@acme.example');
  });

  test('a mailbox several people read is kept with a note', () => {
    expect(kept({ email: 'info@acme.example' }).notes).toEqual(['email: a mailbox several people read']);
  });

  test('no message repeats the address, since messages end up in reports and logs', () => {
    for (const email of ['secret@@acme.example', 'noreply@secret.example', 'asdf@gmail.com', 'secret@mailinator.com']) {
      const result = scrub({ email });
      expect(result.ok ? '' : result.message).not.toMatch(/secret|asdf/);
    }
  });

  test("Gmail's dots and tags are one mailbox; elsewhere a tag is part of the address", () => {
    expect(kept({ email: 'An.Na+x@googlemail.com' }).emailNormal).toBe('anna@gmail.com');
    expect(kept({ email: 'an.na+x@acme.example' }).emailNormal).toBe('an.na+x@acme.example');
  });

  test('the key depends on the identity of the address alone', () => {
    const lead = kept({ email: 'ANNA@acme.example', firstName: 'Anna' });
    expect(lead.key).toBe(kept({ email: 'anna@acme.example' }).key);
    expect(lead.key).toBe(leadKey('anna@acme.example'));
    expect(lead.key).toMatch(/^[0-9a-f]{16}$/);
    // A changed key would move every lead to another arm and another time of day.
    expect(leadKey('anna@acme.example')).toBe('cf9794e832c05b7a');
  });

  test('look-ups use the same identity', () => {
    expect(emailIdentity(' Anna <An.Na@GMAIL.com>')).toBe('anna@gmail.com');
    expect(emailIdentity('NoReply@acme.example')).toBe('noreply@acme.example');
  });
});

describe('names', () => {
  test.each([
    ['ANNA', 'BERG', 'Anna', 'Berg'],
    ['anna', 'berg', 'Anna', 'Berg'],
    ['RONALD', 'MCDONALD', 'Ronald', 'McDonald'],
    ['FIONA', 'MACKENZIE', 'Fiona', 'MacKenzie'],
    ['maria', 'machado', 'Maria', 'Machado'],
    ['SEAN', "O'NEIL", 'Sean', "O'Neil"],
    ['marco', 'd’angelo', 'Marco', 'D’Angelo'],
    ['PIETER', 'VAN DER BERG', 'Pieter', 'van der Berg'],
    ['lucía', 'DE LA FUENTE', 'Lucía', 'de la Fuente'],
    ['JEAN-LUC', 'LEFÈVRE', 'Jean-Luc', 'Lefèvre'],
    ['JOHN', 'SMITH III', 'John', 'Smith III'],
    ['DeShawn', 'van Buren', 'DeShawn', 'van Buren'],
    ['JP', 'NG', 'JP', 'Ng'],
    ['Frau Anna', 'Berg', 'Anna', 'Berg'],
    ['Mr. John', 'Smith', 'John', 'Smith'],
    ['Mr.', 'Smith', '', 'Smith'],
    ['Prof. Dr. Anna', 'Berg', 'Anna', 'Berg'],
    ['Dipl.-Ing. Klaus', 'Meier', 'Klaus', 'Meier'],
    ['Anna \u{1F600}', 'Berg (she/her)', 'Anna', 'Berg'],
    ['Anna', 'Berg, PhD', 'Anna', 'Berg'],
    ['"Anna"', "'Berg'", 'Anna', 'Berg'],
    ['', 'BERG, ANNA', 'Anna', 'Berg'],
    ['Berg, Anna', '', 'Anna', 'Berg'],
    ['=Anna', '+Berg', 'Anna', 'Berg'],
    ['X', 'Y', 'X', 'Y'],
    ['Ng', 'Nguyen', 'Ng', 'Nguyen'],
    ['Lulu', 'Coco', 'Lulu', 'Coco'],
    ['Krzysztof', 'Brzęczyszczykiewicz', 'Krzysztof', 'Brzęczyszczykiewicz'],
    ['John', 'Doe', 'John', 'Doe'],
    ['太郎', '佐藤', '太郎', '佐藤'],
    ['n/a', '-', '', ''],
    ['\u200bAnna\u00a0 Maria ', 'Berg\r\n', 'Anna Maria', 'Berg'],
    ['Ame\u0301lie', 'Poulain', 'Amélie', 'Poulain'],
    ['Zoë "Z"', 'Ng', 'Zoë "Z"', 'Ng'],
    ['"Anna"', 'Berg', 'Anna', 'Berg'],
    ['Anna"', 'Berg', 'Anna', 'Berg'],
  ])('%j %j is %s %s', (firstName, lastName, first, last) => {
    const lead = kept({ firstName, lastName });
    expect([lead.firstName, lead.lastName]).toEqual([first, last]);
  });

  test('the name before an address fills in when there is no other', () => {
    const lead = kept({ email: 'ANNA VAN DER BERG <anna@acme.example>' });
    expect([lead.firstName, lead.lastName]).toEqual(['Anna', 'van der Berg']);
    expect(kept({ email: 'Somebody Else <anna@acme.example>', firstName: 'Anna' }).lastName).toBe('');
  });

  test('a link in place of a name is refused, and so are two made-up names', () => {
    expect(refused({ firstName: 'WIN https://spam.example' })).toBe('firstName: name-link');
    expect(refused({ lastName: 'www.spam.example' })).toBe('lastName: name-link');
    expect(refused({ firstName: 'Test', lastName: 'TEST' })).toBe('firstName: name-fake');
    expect(refused({ firstName: 'Anna', lastName: 'Test' })).toBe('kept');
  });

  test.each([
    ['asdfgh', 'jkjkjk'],
    ['sdfgsdfg', 'dfgdfg'],
    ['qwe', 'rty'],
    ['aaa', 'bbb'],
    ['x', 'x'],
    ['Max', 'Mustermann'],
    ['MICKEY', 'MOUSE'],
  ])('%s %s is nobody', (firstName, lastName) => {
    expect(refused({ firstName, lastName })).toBe('firstName: name-fake');
  });

  test('code is refused, an address or a number in place of a name is left out with a note', () => {
    expect(refused({ firstName: '<b>Anna</b>' })).toBe('firstName: name-code');
    expect(refused({ lastName: '{{ lead.email }}' })).toBe('lastName: name-code');
    const lead = kept({ firstName: 'anna@acme.example', lastName: '+49 30 12345' });
    expect([lead.firstName, lead.lastName]).toEqual(['', '']);
    expect(lead.notes).toEqual([
      'firstName: an address, not a name, left empty',
      'lastName: a number, not a name, left empty',
    ]);
  });
});

describe('companies and domains', () => {
  test('the domain comes from the field, a website, or the address', () => {
    expect(kept({ domain: 'https://www.Berg-Werke.example/about?x=1' }).domain).toBe('berg-werke.example');
    expect(kept({}).domain).toBe('acme.example');
    expect(kept({ email: 'anna@mail.acme.example' }).domain).toBe('mail.acme.example');
  });

  test('a free-mail provider is nobody’s company', () => {
    expect(kept({ email: 'anna.berg@gmail.com' })).toMatchObject({ domain: '', freemail: true });
    expect(kept({ email: 'anna.berg@gmail.com', domain: 'acme.example' })).toMatchObject({ domain: 'acme.example' });
    expect(kept({ domain: 'gmail.com' })).toMatchObject({ domain: 'acme.example', freemail: false });
  });

  test('a domain that is none is left out with a note', () => {
    expect(kept({ domain: 'not a domain' })).toMatchObject({
      domain: 'acme.example',
      notes: ['domain: not a known company domain, left empty'],
    });
  });

  test.each(['gmx.fr', 'yahoo.co.nz', 'hotmail.be', 'posteo.de', 'live.fr'])('%s is a free-mail provider', (domain) => {
    expect(kept({ email: `anna.berg@${domain}` })).toMatchObject({ domain: '', freemail: true });
  });

  test('a page at a network, or a throw-away domain, is not the company’s', () => {
    for (const domain of ['https://www.linkedin.com/company/acme', 'mailinator.com', 'gmx.at']) {
      const lead = kept({ domain });
      expect([lead.domain, lead.notes]).toEqual([
        'acme.example',
        ['domain: many people’s, not one company’s, left out'],
      ]);
    }
  });

  test('no name of a company is none, and a link in its place is its domain', () => {
    for (const company of ['Self', 'freelance', 'PRIVAT', 'n/a', 'test']) expect(kept({ company }).company).toBe('');
    expect(kept({ company: 'https://www.berg-werke.example/' })).toMatchObject({
      company: '',
      domain: 'berg-werke.example',
    });
  });

  test('a company keeps its spelling', () => {
    expect(kept({ company: ' IBM\u00a0 Deutschland ' }).company).toBe('IBM Deutschland');
  });
});

describe('countries, zones, languages, phones, roles', () => {
  test.each([
    ['de', 'DE'],
    ['Deutschland', 'DE'],
    ['GERMANY ', 'DE'],
    ['U.S.A.', 'US'],
    ['United States of America', 'US'],
    ['UK', 'GB'],
    ['England', 'GB'],
    ['The Netherlands', 'NL'],
    ['España', 'ES'],
    ['Česko', 'CZ'],
    ['日本', 'JP'],
    ['Korea, Republic of', 'KR'],
    ["Côte d'Ivoire", 'CI'],
    ['NA', 'NA'],
    ['n/a', ''],
    ['Etats-Unis', 'US'],
    ['Royaume Uni', 'GB'],
    ['Pays Bas', 'NL'],
    ['Norvège', 'NO'],
    ['République tchèque', 'CZ'],
    ['Tschechische Republik', 'CZ'],
    ['Griechenland', 'GR'],
    ['Südkorea', 'KR'],
    ['Vereinigte Arabische Emirate', 'AE'],
    ['Nouvelle-Zélande', 'NZ'],
    ['Kroatien', 'HR'],
    ['Grossbritannien', 'GB'],
    ['Germany (DE)', 'DE'],
    ['DE - Germany', 'DE'],
    ['Berlin, Germany', 'DE'],
    ['Portland, OR', ''],
    ['Germany / France', ''],
    ['EU', ''],
    ['Earth', ''],
  ])('country %j is %s', (given, code) => {
    expect(kept({ country: given }).country).toBe(code);
  });

  test('what is not known is left empty with a note that does not repeat it', () => {
    const { notes } = kept({ country: 'Earth', timeZone: 'Mars/Olympus', locale: 'klingonish', phone: '12' });
    expect(notes).toEqual([
      'country: not a known country, left empty',
      'timeZone: not a known IANA time zone, left empty',
      'locale: not a known language, left empty',
      'phone: not a known phone number, left empty',
    ]);
  });

  test.each([
    ['en', 'en'],
    ['EN_us', 'en-US'],
    ['zh_hant_tw', 'zh-Hant-TW'],
    ['German', 'de'],
    ['Français', 'fr'],
    ['English - United Kingdom', 'en'],
    ['de_DE.UTF-8', 'de-DE'],
  ])('locale %j is %s', (given, tag) => {
    expect(kept({ locale: given }).locale).toBe(tag);
  });

  test.each([
    ['+49 (0)30 / 123-456', '+4930123456'],
    ['0049 30 123456', '+4930123456'],
    ['(020) 7946 0123', '02079460123'],
    ['tel: +1 212 555 0123 ext. 12', '+12125550123 x12'],
    ['+1 212 555 0123 x12', '+12125550123 x12'],
    ['４９３０１２３４５６', '4930123456'],
    ['4.9301E+11', ''],
    ['call office', ''],
    ['123', ''],
    ['1234567890123456', ''],
    ['0000000', ''],
    ['1234567890', ''],
    ['+0123456789', ''],
    ['+49 30 123456; +49 171 1234567', ''],
    ['٠٣٠١٢٣٤٥٦', '030123456'],
  ])('phone %j is %j', (given, phone) => {
    expect(kept({ phone: given }).phone).toBe(phone);
  });

  test.each([
    ['030 / 123456', 'Germany', '+4930123456'],
    ['030/123456 Durchwahl 12', 'DE', '+4930123456 x12'],
    ['(020) 7946 0123', 'GB', '+442079460123'],
    ['06 12 34 56 78', 'France', '+33612345678'],
    ['212-555-0123', 'US', '+12125550123'],
    ['1 212 555 0123', 'US', '+12125550123'],
    ['112 555 0123', 'US', '1125550123'],
    ['612 345 678', 'ES', '+34612345678'],
    ['7946 0123', 'GB', '79460123'],
    ['+1 212 555 0123', 'DE', '+12125550123'],
    ['030 123456', '', '030123456'],
    ['06 6982', 'IT', '066982'],
  ])('phone %j in %j is %s', (phone, country, number) => {
    expect(kept({ phone, country }).phone).toBe(number);
  });

  test.each([
    ['Operations', 'operations'],
    ['Information Technology', 'it'],
    ['DECISION_MAKER', 'decision-maker'],
    ['Budget Holder;Champion', 'budget-holder'],
    ['N/A', ''],
  ])('role %j is %j', (given, role) => {
    expect(kept({ role: given }).role).toBe(role);
  });
});

describe('consent', () => {
  const consent = { purpose: 'marketing', basis: 'opt-in', source: 'web form', at: '2026-03-01' } as const;

  test('dates become instants; a bare date is midnight UTC', () => {
    const [first] = kept({ consent: [{ ...consent, expires: '2027-03-01T00:00:00+01:00' }] }).consents;
    expect(first).toEqual({
      ...consent,
      at: Date.UTC(2026, 2, 1),
      expires: Date.UTC(2027, 1, 28, 23),
    });
  });

  test('consent that ends before it began is refused', () => {
    expect(refused({ consent: [{ ...consent, expires: '2026-02-28' }] })).toBe('consent: consent-dates');
  });

  test('consent that nobody can have given yet is refused, but for clocks that differ and a day that has begun elsewhere', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    const at = (text: string) => scrub({ email: 'ada@acme.example', consent: [{ ...consent, at: text }] }, now).ok;
    expect(at('2026-11-24T12:04:00Z')).toBe(true);
    expect(at('2026-11-25')).toBe(true);
    expect(at('2026-11-24T12:06:00Z')).toBe(false);
    expect(at('2026-11-26')).toBe(false);
  });

  test('impossible dates do not pass the schema', () => {
    for (const at of ['2026-02-30', '2026-13-01', 'yesterday', '01.03.2026', '2026-03-01T25:00:00Z']) {
      expect(leadInputSchema.safeParse({ email: 'a@b.example', consent: [{ ...consent, at }] }).success).toBe(false);
    }
  });
});

describe('attributes and limits', () => {
  test('names and values are cleaned, empty ones dropped', () => {
    expect(kept({ attributes: { ' plan ': ' pro\u00a0max ', gone: 'n/a', '': 'x' } }).attributes).toEqual({
      plan: 'pro max',
    });
  });

  test('more than a lead may have are dropped with a note', () => {
    const many = Object.fromEntries(Array.from({ length: ATTRIBUTES_MAX + 5 }, (_, n) => [`a${n}`, `${n}`]));
    const lead = kept({ attributes: many });
    expect(Object.keys(lead.attributes)).toHaveLength(ATTRIBUTES_MAX);
    expect(lead.notes).toEqual([
      `attributes: more than ${ATTRIBUTES_MAX}, 'a${ATTRIBUTES_MAX}' and those after it dropped`,
    ]);
  });

  test('an attribute cannot reach the prototype', () => {
    const lead = kept({ attributes: JSON.parse('{"__proto__": "x", "constructor": "y"}') });
    expect(Object.getPrototypeOf(lead.attributes)).toBe(Object.prototype);
    expect(Object.keys(lead.attributes)).toEqual(['constructor']);
  });

  test('unknown fields do not pass the schema', () => {
    expect(leadInputSchema.safeParse({ email: 'a@b.example', firstname: 'Anna' }).success).toBe(false);
  });

  test('an external id is text of its own, absent when it is nothing', () => {
    expect(kept({ externalId: ' 0042 ' }).externalId).toBe('0042');
    expect(kept({ externalId: ' ' })).not.toHaveProperty('externalId');
  });
});
