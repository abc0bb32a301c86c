/** What cdk-nag's AwsSolutions finds and we keep, each with its reason; a reason is shown in the report of the synthesis. */
import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Keeps what these rules find at this construct and below it. */
export function acknowledge(at: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(at).acknowledge(
    ...Object.entries(reasons).map(([rule, reason]) => ({ id: `AwsSolutions-${rule}`, reason })),
  );
}

/** The name in the template of the resource that a construct is made of; findings about wildcards name it. */
export function logicalIdOf(construct: IConstruct): string {
  const { defaultChild } = construct.node;
  if (!CfnElement.isCfnElement(defaultChild)) throw new Error(`${construct.node.path} is made of no one resource`);
  const id: unknown = Stack.of(construct).resolve(Stack.of(construct).getLogicalId(defaultChild));
  return String(id);
}
