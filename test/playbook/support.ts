import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Playbook } from '../../src/core/playbook.ts';
import type { LeadFields, Scope } from '../../src/core/scope.ts';
import { compile, formatProblem, type PlaybookFiles, readPlaybookFolder } from '../../src/playbook/index.ts';

export const FIXTURES = join(import.meta.dirname, 'fixtures');

export const fixture = async (name: string): Promise<PlaybookFiles> =>
  (await readPlaybookFolder(join(FIXTURES, name))).files;

export const fixtureText = (path: string): string => readFileSync(join(FIXTURES, path), 'utf8');

/** The smallest playbook that says nothing wrong. */
export const MINIMAL = {
  'playbook.yaml': `company:
  name: Northwind
  postalAddress: 1 Example Street, London
  timeZone: Europe/London
  country: GB
  from: { marketing: news@northwind.example, sales: "{{ rep.name }} <{{ rep.email }}>" }
  replyDomain: reply.northwind.example
stages:
  - { id: exploring }
  - { id: evaluating, when: "seen('demo.requested')" }
`,
  'cadences/guide.yaml': `cadence: guide
purpose: marketing
steps:
  - { id: welcome, email: hello }
`,
  'emails/hello.md': `---
subject: Hello
phase: thought-leadership
---
Hello {{ lead.firstName }}
`,
} as const satisfies PlaybookFiles;

/** The minimal playbook with sections added to playbook.yaml, and files replaced. */
export function minimal(sections = '', files: PlaybookFiles = {}): PlaybookFiles {
  return { ...MINIMAL, 'playbook.yaml': MINIMAL['playbook.yaml'] + sections, ...files };
}

/** A cadence `guide` with these lines in place of its steps. */
export const guide = (rest: string): PlaybookFiles => ({
  'cadences/guide.yaml': `cadence: guide\npurpose: marketing\n${rest}`,
});

/** Every mistake as one line, empty when there is none. */
export function mistakes(files: PlaybookFiles): string[] {
  const result = compile(files);
  return result.ok ? [] : result.errors.map(formatProblem);
}

export function warnings(files: PlaybookFiles): string[] {
  return compile(files).warnings.map(formatProblem);
}

/** The compiled playbook; fails with its mistakes in words. */
export function compiled(files: PlaybookFiles): Playbook {
  const result = compile(files);
  if (!result.ok) throw new Error(result.errors.map(formatProblem).join('\n'));
  return result.playbook;
}

export const LEAD: LeadFields = {
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: '',
  company: 'Example',
  domain: 'example.com',
  role: 'it',
  title: 'Head of IT',
  country: 'GB',
  timeZone: 'Europe/London',
  locale: '',
  phone: '',
  source: '',
  campaign: '',
  freemail: false,
  attributes: { plan: 'team' },
};

const NOW = Date.parse('2026-11-24T09:00:00Z');

export const SCOPE: Scope = {
  now: NOW,
  lead: LEAD,
  score: { fit: 30, engagement: 50 },
  stage: 'exploring',
  custody: 'nobody',
  working: true,
  attempts: 2,
  deal: { stage: 'proposal', amount: 24_000, open: true, renewsAt: undefined, owner: '' },
  account: {
    name: 'Example',
    domain: 'example.com',
    role: 'champion',
    leads: 4,
    withSales: 1,
    openDeals: 1,
    engagement: 120,
    roles: ['champion'],
    missing: ['decision-maker'],
    completeness: 0.5,
  },
  context: { device: 'mobile', place: 'London, GB', channel: 'email', bestHour: 9 },
  signals: () => ({ count: 0 }),
  last: () => undefined,
  clicked: () => false,
  ago: (duration) => NOW - Number(/\d+/.exec(duration)?.[0] ?? 0) * 86_400_000,
  definition: () => false,
};
