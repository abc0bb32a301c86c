import { describe, expect, it } from 'vitest';
import { mistakes } from './support.ts';

const PLAYBOOK = `company:
  name: Northwind
  timeZone: Europe/Londn
  country: UK
  from: { marketing: Northwind, sales: "{{ rep.nam }} <{{ rep.email }}>" }
  replyDomain: reply.northwind.example
  workingHours: { days: [mon, tues], from: "18:00", to: "10:00", holidays: [2026-02-30] }
stages:
  - { id: exploring }
  - { id: evaluating, when: "count('page.prices', 'P2') >= 2 && stage == 'explorin'" }
  - { id: evaluating }
definitions:
  hot-lead: "true"
  mql: "score.fit >= 30.0 &&
    lead.tittle != ''"
  again: "mql && circle"
  circle: again
signals: { page.pricing: { point: 15 } }
routes:
  - { id: ready, when: "mql", handoff: worm }
handoffs:
  warm: { sla: warm, pools: [emea] }
slas: { warm: { accept: { working: P1W } } }
pools: [ { id: emea, when: "lead.country == 'GB'", reps: [Rep-1] } ]
returns: { not-now: { recycle: keep-worm }, odd: { facts: [a] } }
expiry: { after: x }
goals: { currency: EUA, month: {} }
`;
const CADENCE = `cadence: guide
purpose: marketting
entry: { on: stage.evaluatin, again: { after: 3 days } }
window: { days: [], from: "16:00", to: "09:00" }
goal: |
  seen('demo.requested')
    || working == 'yes'
steps:
  - { id: welcome, email: helo }
  - { id: welcome, wait: P3 }
  - { id: both, email: hello, wait: P3D }
  - { id: odd, emial: hello }
  - { id: read, waitFor: "clicked('welcom')", upTo: P5D, than: [] }
  - { id: end, recycle: guide }
  - { id: never, wait: P1D }
`;
const EMAIL = `---
subject: "Hi {{ lead.firstNam }}"
phase: thoughts
topc: news
---
Hello {{ lead.firstName | upcas }},

{{ foo }} {% iff lead.role %}
`;

describe('a playbook with many mistakes', () => {
  const found = mistakes({
    'playbook.yaml': PLAYBOOK,
    'cadences/guide.yaml': CADENCE,
    'emails/hello.md': EMAIL,
  });

  it('has every one of them said at once, with file, line, column and what was expected', () => {
    expect(found).toMatchInlineSnapshot(`
      [
        "playbook.yaml:1:1 'postalAddress' is missing (expected the postal address of the company, which commercial mail must carry by law)",
        "playbook.yaml:3:13 'timeZone' is wrong: "Europe/Londn" (expected an IANA time zone, such as "Europe/London")",
        "playbook.yaml:4:12 'country' is wrong: "UK" (expected an ISO 3166 country code of two capital letters, such as "GB")",
        "playbook.yaml:5:22 this is no sender (expected a name and an address, such as "Northwind <news@northwind.example>")",
        "playbook.yaml:5:44 unknown field 'rep.nam', did you mean 'name'? (expected one of rep.name, rep.email)",
        "playbook.yaml:7:31 this entry is wrong: "tues", did you mean 'tue'? (expected "mon" or "tue" or "wed" or "thu" or "fri" or "sat" or "sun")",
        "playbook.yaml:7:57 nothing fits between 18:00 and 10:00 (expected an end after 18:00 on the same day)",
        "playbook.yaml:7:77 this entry is wrong: "2026-02-30" (expected a date that exists as YYYY-MM-DD, such as 2026-12-25)",
        "playbook.yaml:10:36 unknown signal 'page.prices', did you mean 'page.pricing'? (expected a signal of playbook.yaml)",
        "playbook.yaml:10:51 'P2' is no duration (expected an ISO 8601 duration above zero, such as "P3D" or "PT4H")",
        "playbook.yaml:10:74 unknown stage 'explorin', did you mean 'exploring'? (expected one of exploring, evaluating)",
        "playbook.yaml:11:11 the stage 'evaluating' is there twice (expected each stage once)",
        "playbook.yaml:13:3 'hot-lead' is not a name that can be used here (expected a name for conditions: letters, digits and _, such as "mql")",
        "playbook.yaml:15:10 unknown field 'tittle', did you mean 'title'? (expected one of email, firstName, lastName, company, domain, role, title, country, timeZone, locale, phone, source, campaign, freemail, attributes)",
        "playbook.yaml:16:3 'again' uses 'circle' uses 'again': this never ends (expected conditions that do not use themselves)",
        "playbook.yaml:18:12 'points' is missing (expected points for the engagement score, between -1000 and 1000)",
        "playbook.yaml:18:28 unknown key 'point', did you mean 'points'? (expected one of points, maxPerDay)",
        "playbook.yaml:20:40 unknown handoff 'worm', did you mean 'warm'? (expected one of warm)",
        "playbook.yaml:22:29 a lead may fit none of these pools (expected a last pool that takes every lead, with when: "true")",
        "playbook.yaml:23:36 'working' is wrong: "P1W" (expected working days, then working hours, such as "P1D", "PT10H" or "P1DT10H")",
        "playbook.yaml:24:59 this entry is wrong: "Rep-1" (expected an email address in lower case, such as "rep-1@northwind.example")",
        "playbook.yaml:25:32 unknown cadence 'keep-worm' (expected one of guide)",
        "playbook.yaml:25:45 this return leads nowhere (expected 'recycle: CADENCE' or 'disqualify: true')",
        "playbook.yaml:26:18 'after' is wrong: "x" (expected an ISO 8601 duration above zero, such as "P3D" or "PT4H")",
        "playbook.yaml:27:20 'currency' is wrong: "EUA" (expected an ISO 4217 currency code of three capital letters, such as "EUR")",
        "cadences/guide.yaml:2:10 'purpose' is wrong: "marketting", did you mean 'marketing'? (expected "marketing" or "sales" or "service")",
        "cadences/guide.yaml:3:14 unknown stage 'evaluatin' (expected "handoff.accepted", or "stage." and the id of a stage)",
        "cadences/guide.yaml:3:47 'after' is wrong: "3 days" (expected an ISO 8601 duration above zero, such as "P3D" or "PT4H")",
        "cadences/guide.yaml:4:17 'days' is wrong: an empty list (expected a list of days, such as [mon, tue, wed])",
        "cadences/guide.yaml:4:40 nothing fits between 16:00 and 09:00 (expected an end after 16:00 on the same day)",
        "cadences/guide.yaml:7:8 '==' does not go with a yes or no and a text (expected two values of one type)",
        "cadences/guide.yaml:9:27 unknown email 'helo', did you mean 'hello'? (expected one of hello)",
        "cadences/guide.yaml:10:11 the step 'welcome' is there twice (expected each step once)",
        "cadences/guide.yaml:10:26 'wait' is wrong: "P3" (expected an ISO 8601 duration above zero, such as "P3D" or "PT4H")",
        "cadences/guide.yaml:11:5 a step does one thing, this has email and wait (expected a step of its own for each)",
        "cadences/guide.yaml:12:16 unknown key 'emial', did you mean 'email'? (expected one of email, pick, wait, waitFor, branch, split, task, handoff, recycle, enroll, notify, webhook)",
        "cadences/guide.yaml:13:35 'welcom' is no email step of this cadence, did you mean 'welcome'? (expected one of welcome, both)",
        "cadences/guide.yaml:13:58 unknown key 'than', did you mean 'then'? (expected one of id, waitFor, upTo, then, else)",
        "cadences/guide.yaml:15:5 no lead gets to the step 'never' (expected nothing after a step that always recycles)",
        "emails/hello.md:2:17 unknown field 'lead.firstNam', did you mean 'firstName'? (expected one of lead.email, lead.firstName, lead.lastName, lead.company, lead.domain, lead.role, lead.title, lead.country, lead.timeZone, lead.locale, lead.phone, lead.source, lead.campaign, lead.freemail, lead.attributes)",
        "emails/hello.md:3:8 'phase' is wrong: "thoughts" (expected "thought-leadership" or "call-to-action")",
        "emails/hello.md:4:1 unknown key 'topc', did you mean 'topic'? (expected one of subject, preheader, topic, roles, stages, places, times, phase, repeat, from, thread, review)",
        "emails/hello.md:6:27 unknown filter 'upcas', did you mean 'upcase'? (expected one of abs, append, at_least, at_most, capitalize, ceil, default, divided_by, downcase, first, floor, join, …)",
        "emails/hello.md:8:4 unknown variable 'foo' (expected one of lead, rep, company, unsubscribeUrl)",
        "emails/hello.md:8:11 unknown tag 'iff', did you mean 'if'? (expected one of #, assign, break, capture, case, comment, continue, for, if, raw, unless)",
      ]
    `);
  });
});
