/** The smallest playbook and lead that mail can be made from. */
import type { EmailTemplate, Playbook } from '../../src/core/playbook.ts';
import type { LeadFields } from '../../src/core/scope.ts';
import type { RenderInput } from '../../src/email/render.ts';

export function emailOf(id: string, over: Partial<EmailTemplate> = {}): EmailTemplate {
  return {
    id,
    subject: 'Hello {{ lead.firstName }}',
    phase: 'thought-leadership',
    repeat: 'never',
    body: 'Dear {{ lead.firstName }},\n\nread [our guide](https://northwind.example/guide).',
    ...over,
  };
}

export function playbookOf(...emails: EmailTemplate[]): Playbook {
  return {
    hash: 'test',
    company: {
      name: 'Northwind',
      postalAddress: '1 Example Street, London',
      timeZone: 'Europe/London',
      country: 'GB',
      from: { marketing: 'Northwind <news@northwind.example>', sales: '{{ rep.name }} <{{ rep.email }}>' },
      replyDomain: 'reply.northwind.example',
      workingHours: { days: ['mon'], from: '09:00', to: '17:00', holidays: [] },
    },
    consent: { marketing: { kind: 'require' }, sales: { kind: 'require' }, service: { kind: 'require' } },
    stages: [{ id: 'exploring' }],
    definitions: {},
    signals: {},
    score: { engagement: { halfLife: 'P30D', max: 100 }, fit: [] },
    routes: [],
    handoffs: {},
    slas: {},
    pools: [],
    returns: {},
    cadences: {},
    emails: Object.fromEntries(emails.map((email) => [email.id, email])),
  };
}

export function leadOf(over: Partial<LeadFields> = {}): LeadFields {
  return {
    email: 'ada@client.example',
    firstName: 'Ada',
    lastName: 'Lovelace',
    company: 'Client',
    domain: 'client.example',
    role: '',
    title: '',
    country: 'GB',
    timeZone: 'Europe/London',
    locale: '',
    phone: '',
    source: '',
    campaign: '',
    freemail: false,
    attributes: {},
    ...over,
  };
}

export function inputOf(over: Partial<RenderInput> = {}): RenderInput {
  return { purpose: 'marketing', lead: leadOf(), unsubscribeUrl: 'https://volley.example/u/TOKEN', ...over };
}
