import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { leaveOut } from '../../infra/parts/leave-out.ts';
import { type Built, build, resourcesOf } from './built.ts';

const NAMES = ['AWS::SES::ReceiptRuleSet', 'AWS::SES::ReceiptRule', 'AWS::Budgets::Budget', 'Activate'];

describe('what is left out', () => {
  let whole: Built;
  let rest: Built;
  beforeAll(() => {
    whole = build();
    rest = build();
    leaveOut(rest.app, NAMES);
  });

  it('is what was named, and everything else is as it was', () => {
    for (const concern of ['data', 'api', 'email', 'worker', 'watch'] as const) {
      const kept = Object.entries(resourcesOf(whole.stacks[concern])).filter(([, { Type }]) => !NAMES.includes(Type));
      expect(resourcesOf(rest.stacks[concern])).toEqual(Object.fromEntries(kept));
    }
    const outputsOf = ({ stacks }: Built) => Object.keys(Template.fromStack(stacks.email).findOutputs('*'));
    expect(outputsOf(whole).filter((name) => !outputsOf(rest).includes(name))).toEqual(['Activate']);
  });

  it('must be there', () => {
    expect(() => leaveOut(rest.app, ['AWS::Budget::Budgets'])).toThrow(/"AWS::Budget::Budgets"/);
  });
});
