/** The playbook the benchmarks run: a cadence of daily emails, and one that waits for a signal. */
import type { PlaybookFiles } from '../src/playbook/index.ts';

const REP = 'rep@northwind.example';

const PLAYBOOK = `
company:
  name: Northwind
  postalAddress: 1 Example Street, London
  timeZone: Europe/London
  country: GB
  from: { marketing: Northwind <news@northwind.example>, sales: Northwind <sales@northwind.example> }
  replyDomain: reply.northwind.example
  workingHours: { days: [mon, tue, wed, thu, fri], from: "10:00", to: "18:00" }
consent:
  marketing: { assume: { basis: legitimate-interest } }
  sales: { assume: { basis: legitimate-interest } }
stages:
  - { id: exploring }
signals:
  page.pricing: { points: 1 }
  demo.requested: { points: 60 }
score: { engagement: { halfLife: P30D, max: 100 }, fit: [] }
routes:
  - { id: demo, when: "seen('demo.requested')", handoff: hot }
handoffs:
  hot: { sla: hot, pools: [all] }
slas:
  hot: { accept: { working: PT4H }, onBreach: [{ at: 2, do: recycle }] }
pools:
  - { id: all, when: "true", reps: [${REP}], method: round-robin }
returns:
  not-ready: { recycle: daily, after: P30D }
`;

const HEAD = `
cadence: daily
purpose: marketing
lane: nurture
window: { days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59", zone: lead, else: [company] }
steps:
`;

const daily = (
  emails: number,
): string => `${HEAD}${Array.from({ length: emails }, (_, i) => `  - { id: wait-${i}, wait: ${i === 0 ? 'P3D' : 'PT12H'} }\n  - { id: mail-${i}, email: mail-${i} }`).join('\n')}
`;

const mail = (nth: number): string => `---
subject: "Letter ${nth}, {{ lead.firstName }}"
phase: thought-leadership
---

Hello {{ lead.firstName }},

this is letter ${nth} to you at {{ lead.company | default: 'work' }}. It is about as long as a real one, has a [link](https://northwind.example/${nth})
and ends with a name.

**Three things** to take away:

- one
- two
- three

Martha Lindqvist
`;

const monday = `
cadence: monday
purpose: marketing
lane: nurture
window: { days: [mon], from: "09:00", to: "16:00", zone: company, spread: none }
steps:
  - { id: mail, email: mail-0 }
`;

const mailAfter = (nth: number, days: number): string =>
  `  - { id: wait-${nth}, wait: P${days}D }\n  - { id: mail-${nth}, email: mail-${nth} }`;

/** What a lead has in a month: five emails, and a call between them. A demo request makes the second task. */
export function referencePlaybook(): PlaybookFiles {
  const steps = [
    mailAfter(0, 1),
    mailAfter(1, 5),
    '  - { id: wait-call, wait: P4D }',
    '  - id: call',
    '    task: { kind: call, title: "Call {{ lead.firstName }}", due: P3D }',
    mailAfter(2, 4),
    mailAfter(3, 5),
    mailAfter(4, 5),
  ];
  return { ...benchPlaybook(5), 'cadences/daily.yaml': `${HEAD}${steps.join('\n')}\n` };
}

/** Everybody is due at the opening of Monday's window, 09:00 in London, and whoever answers yes is handed over. */
export function mondayPlaybook(): PlaybookFiles {
  const files = benchPlaybook(1);
  return {
    ...files,
    'playbook.yaml': `${PLAYBOOK}\nreplies: { positive: { handoff: hot } }\n`,
    'cadences/monday.yaml': monday,
  };
}

export function benchPlaybook(emails: number): PlaybookFiles {
  return {
    'playbook.yaml': PLAYBOOK,
    'cadences/daily.yaml': daily(emails),
    ...Object.fromEntries(Array.from({ length: emails }, (_, i) => [`emails/mail-${i}.md`, mail(i)])),
  };
}
