import { describe, expect, it } from 'vitest';
import { roleIn } from '../../src/core/buying-group.ts';
import { compiled, LEAD, minimal, mistakes } from './support.ts';

const said = (text: string): string[] => mistakes(minimal(`buyingGroup:\n${text}\n`));
const ROLES = '  roles: [decision-maker, champion]\n';

describe('a buying group', () => {
  it('has roles, what a sale needs, and rules that map leads to them', () => {
    const group = compiled(
      minimal(
        `buyingGroup:\n${ROLES}  need: { champion: 2 }\n  map: [ { when: "lead.title.contains('IT')", role: champion } ]\n`,
      ),
    ).buyingGroup;
    expect(group).toMatchObject({ roles: ['decision-maker', 'champion'], need: { champion: 2 } });
    expect(roleIn(group, LEAD)).toBe('champion');
    expect(roleIn(group, { ...LEAD, title: 'CFO' })).toBeUndefined();
  });

  it.each([
    ['  roles: []', "'roles' is wrong: an empty list"],
    [`${ROLES}  need: { chef: 1 }`, "unknown role 'chef'"],
    [`${ROLES}  need: { champion: 51 }`, "'champion' is wrong: 51"],
    [`${ROLES}  map: [ { when: "true", role: champoin } ]`, "unknown role 'champoin', did you mean 'champion'?"],
    [`  roles: [champion, champion]`, "the role 'champion' is there twice"],
    [`${ROLES}  map: [ { when: "stage == 'exploring'", role: champion } ]`, "'stage' cannot be used here"],
    [`${ROLES}  map: [ { when: "seen('email.clicked')", role: champion } ]`, 'seen() cannot be used here'],
    [`${ROLES}  map: [ { when: "lead.tittle == ''", role: champion } ]`, "unknown field 'tittle'"],
    [`${ROLES}  map: [ { when: "account.leads > 1", role: champion } ]`, "'account' cannot be used here"],
    [`${ROLES}  onReply: { pauseColleagues: 7D }`, '\'pauseColleagues\' is wrong: "7D"'],
    [`${ROLES}  onMissing: { task: find-role }`, 'no role is needed, so none is ever missing'],
    [`${ROLES}  need: { champion: 1 }\n  onMissing: { task: find-role, title: "{{ rol }}" }`, "unknown variable 'rol'"],
    [`${ROLES}  need: { champion: 1 }\n  onMissing: { task: handoff }`, "'handoff' is the kind of offers"],
    [`${ROLES}  need: { champion: 1 }\n  onMissing: {}`, "'task' is missing"],
  ])('%s: %s', (text, message) => {
    expect(said(text)).toEqual([expect.stringContaining(message)]);
  });

  it('gives a mistake its line and column', () => {
    expect(said(`${ROLES}  map: [ { when: "mql", role: champion } ]`)[0]).toMatch(
      /^playbook\.yaml:13:19 unknown name 'mql'/,
    );
  });
});
