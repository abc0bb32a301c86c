/** An email in a rep's own words: what it begins with, and that nothing in it is a template or a lead's markup. */
import { describe, expect, it } from 'vitest';
import { whyNoBody, whyNoSubject } from '../../src/email/edited.ts';
import type { RenderInput } from '../../src/email/render.ts';
import { createRenderer } from '../../src/email/render.ts';
import { leadFields } from '../core/support/lead.ts';
import { playbook, template } from '../core/support/playbook.ts';

const body = [
  '{% if lead.title != "" %}You are {{ lead.title }}.{% endif %}',
  'Hello {{ lead.firstName }}, see [this]({{ lead.attributes.site }}).',
].join('\n\n');
const renderer = createRenderer(
  playbook({ cadences: {}, emails: { offer: template('offer', { body, subject: 'For {{ lead.firstName }}' }) } }),
);
const input = (lead: Partial<RenderInput['lead']> = {}, edited?: RenderInput['edited']): RenderInput => ({
  purpose: 'marketing',
  lead: { ...leadFields, ...lead },
  unsubscribeUrl: 'https://volley.example/u/x',
  edited,
});

describe('what a rep begins with', () => {
  it('is the Markdown of the email with the lead’s values', () => {
    expect(renderer.markdown('offer', input({ attributes: { site: 'ada.example/a_(b)' } }))).toEqual({
      subject: 'For Ada',
      text: 'You are COO.\n\nHello Ada, see [this](https://ada.example/a_%28b%29).',
    });
  });

  it.each([
    '**x**',
    '[x](http://evil.example)',
    '<b>x</b>',
    '`x`',
    'http://evil.example',
    'www.evil.example',
    '\\',
    '{{ x }}',
  ])('sent as it stands, a title of %s is those characters', (title) => {
    const { text } = renderer.markdown('offer', input({ title }));
    const made = renderer.render('offer', input({}, { text }));
    const shown = title.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(made.html).toContain(`You are ${shown}.`);
    expect(made.text).toContain(`You are ${title}.`);
  });
});

describe('a rep’s words', () => {
  it('stand in the frame of any mail, without the playbook’s', () => {
    const made = renderer.render('offer', input({}, { subject: 'Mine', text: 'Dear **Ada**' }));
    expect(made.subject).toBe('Mine');
    expect(made.html).toContain('Dear <strong>Ada</strong>');
    expect(made.html).toContain('https://volley.example/u/x');
    expect(made.text).toContain('1 Example Street');
    expect(made.html).not.toContain('You are');
  });

  it('are no template: Liquid stays what was typed', () => {
    const text = 'A {{ lead.email }} B {% if %} C {{{ D';
    const made = renderer.render('offer', input({}, { subject: '{{ x }} {% y', text }));
    expect(made.subject).toBe('{{ x }} {% y');
    expect(made.text).toContain(text);
  });

  it('keep the playbook’s subject where none is given', () => {
    expect(renderer.render('offer', input({}, { text: 'x' })).subject).toBe('For Ada');
  });

  it('hold nothing that no email may hold', () => {
    expect(() => renderer.render('offer', input({}, { text: '<script>x</script>' }))).toThrow(/no place in an email/);
  });
});

describe('a rep’s words are refused with where and what to do', () => {
  it.each([
    ['   \n', 'line 1, column 1: the email has no body (expected words that can be seen)'],
    ['<!-- x -->', 'the email has no body'],
    ['\u200b\u2060\ufeff\u00ad&nbsp;&zwnj;\u3164', 'the email has no body'],
    ['<div style="display:none">Hello</div>', 'the email has no body'],
    ['***\n\n[](https://x.example)', 'the email has no body'],
    ['Hello\r\n\r\n<div style="display:none"><div>', 'line 3, column 1: <div> is never closed (expected </div>)'],
    ['Hello {{ x }} <b>Ada', 'line 1, column 15: <b> is never closed'],
    ['Hello [x](/path)', 'line 1, column 7: the link is no address: "/path" (expected https://…)'],
    ['Hello <span style="position:fixed">x</span>', 'may hide what follows'],
  ])('%j', (text, words) => {
    expect(whyNoBody(text)[0]).toContain(words);
  });

  it.each(['Hello', '![A plant](https://x.example/a.png)', '{{ x }}', '\u{1F44D}', 'a < b'])('%j can go', (text) => {
    expect(whyNoBody(text)).toEqual([]);
  });

  it('so are subjects that nobody can read', () => {
    for (const subject of ['  ', '', '\u200b', 'a\u0000b']) expect(whyNoSubject(subject)).toBeDefined();
    expect(whyNoSubject('As we said')).toBeUndefined();
  });
});
