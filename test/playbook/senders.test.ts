import { expect, it } from 'vitest';
import { sendersOf, sendingDomains } from '../../src/identity/senders.ts';
import { compile, readPlaybookFolder } from '../../src/playbook/index.ts';

const { files } = await readPlaybookFolder('playbook');
const withSender = (sender: string) =>
  compile({
    ...files,
    'playbook.yaml': (files['playbook.yaml'] ?? '').replace(
      /marketing: "?Northwind <[^>]+>"?/,
      `marketing: "${sender}"`,
    ),
  });

it.each(['News <zoë@acme.com>', 'News <a..b@acme.com>', 'News <news@acme_1.com>'])(
  '%s is refused at the check: SES would take no mail from it',
  (sender) => {
    const compiled = withSender(sender);
    expect(compiled.ok ? [] : compiled.errors).toMatchObject([
      { file: 'playbook.yaml', message: 'SES takes no such address', expected: expect.stringContaining('ASCII') },
    ]);
  },
);

it('a domain of other letters is looked up in punycode; a rep’s own address has the domains of the reps in pools', () => {
  const compiled = withSender('News <news@büro.de>');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  expect(sendingDomains(compiled.playbook)).toEqual({
    marketing: ['xn--bro-hoa.de'],
    sales: ['northwind.example'],
    reply: 'reply.northwind.example',
  });
  expect(sendersOf(compiled.playbook)).toEqual({ marketing: ['xn--bro-hoa.de'], sales: [] });
});
