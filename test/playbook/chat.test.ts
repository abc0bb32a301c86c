/** `chat`: what a rule may say, and what a condition may ask about a visitor nobody knows. */
import { describe, expect, it } from 'vitest';
import { compiled, guide, minimal, mistakes, SCOPE } from './support.ts';

const HOT = `handoffs: { hot: { sla: hot, pools: [rest] } }
slas: { hot: { accept: { working: PT2H } } }
pools: [ { id: rest, when: "true", reps: [rep@northwind.example] } ]
definitions: { good: "score.fit >= 30.0" }
`;
const rules = (...list: readonly string[]) => minimal(`${HOT}chat:\n${list.map((rule) => `  - ${rule}\n`).join('')}`);
const said = (...list: readonly string[]): string[] =>
  mistakes(rules(...list)).map((line) => line.replace(/^[^ ]+ /, ''));

describe('chat', () => {
  it('is read with how long it rings, a minute by default', () => {
    const { chat } = compiled(
      rules(
        `{ when: "custody == 'sales'", to: custodian, answer: PT30S }`,
        '{ when: "good", handoff: hot }',
        '{ else: form }',
      ),
    );
    expect(chat).toMatchObject([
      { to: { kind: 'custodian' }, answer: 'PT30S', when: { source: "custody == 'sales'" } },
      { to: { kind: 'handoff', handoff: 'hot' }, answer: 'PT1M' },
      { to: { kind: 'form' } },
    ]);
    expect(chat?.at(-1)).not.toHaveProperty('when');
  });

  it.each([
    ['no else', ['{ when: "good", handoff: hot }'], 'nobody takes a chat for which no rule holds'],
    ['else before the end', ['{ else: form }', '{ else: form }'], 'no chat gets past this rule'],
    ['else with a condition', ['{ else: form, when: "good" }'], "'else' goes without 'when'"],
    ['nobody', ['{ when: "good" }', '{ else: form }'], 'this rule leads to nobody'],
    [
      'two ways',
      ['{ when: "good", to: custodian, handoff: hot }', '{ else: form }'],
      "'to' and 'handoff' are two ways",
    ],
    ['no condition', ['{ handoff: hot }', '{ else: form }'], "'when' is missing"],
    ['a handoff nobody knows', ['{ when: "good", handoff: hit }', '{ else: form }'], "unknown handoff 'hit'"],
    ['another else', ['{ else: queue }'], "'else' is wrong"],
    ['another to', ['{ when: "good", to: manager }', '{ else: form }'], "'to' is wrong"],
    [
      'a ring for an hour',
      ['{ when: "good", handoff: hot, answer: PT1H }', '{ else: form }'],
      'nobody waits that long',
    ],
    ['an unknown key', ['{ when: "good", handoff: hot, pool: rest }', '{ else: form }'], "'pool'"],
    ['a wrong condition', ['{ when: "chat.pages == 1", handoff: hot }', '{ else: form }'], "'pages'"],
  ])('with %s is refused at its place', (_, list, words) => {
    const found = said(...list);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
    expect(mistakes(rules(...list))[0]).toMatch(/^playbook\.yaml:1[5-9]:/);
  });

  it('knows which conditions ask nothing of the lead', () => {
    const about = (condition: string): boolean | undefined =>
      compiled(rules(`{ when: ${JSON.stringify(condition)}, handoff: hot }`, '{ else: form }')).chat?.[0]?.when
        ?.aboutLead;
    for (const of of [
      'working',
      'true',
      "chat.language == 'de' && chat.open < 3",
      "['/a', '/b'].exists(p, chat.page == p)",
    ]) {
      expect([of, about(of)]).toEqual([of, false]);
    }
    for (const of of [
      'good',
      "lead.country == ''",
      'score.fit < 1.0',
      "!seen('chat.started')",
      "stage == 'exploring'",
      'account.leads == 0',
    ]) {
      expect([of, about(of)]).toEqual([of, true]);
    }
  });

  it('sees the chat; other conditions do not', () => {
    const when = (condition: string) =>
      compiled(rules(`{ when: ${JSON.stringify(condition)}, handoff: hot }`, '{ else: form }')).chat?.[0]?.when;
    const scope = { ...SCOPE, chat: { language: 'de', page: '/pricing/teams', open: 2 } };
    expect(when("chat.language == 'de' && chat.page.startsWith('/pricing') && chat.open < 3")?.test(scope)).toBe(true);
    expect(when('chat.open >= 3')?.test(scope)).toBe(false);
    expect(mistakes(minimal('', guide(`goal: "chat.open > 1"\nsteps:\n  - { id: a, email: hello }\n`)))[0]).toContain(
      "'chat' is there in the rules of 'chat' only",
    );
  });
});
