/** What is left out of the templates on demand: for where somebody else makes it, or an emulator does not know it. */
import { type App, CfnElement, CfnOutput, CfnResource } from 'aws-cdk-lib';
import { VolleyError } from '../../src/core/errors.ts';

const isCalled = (element: CfnElement, name: string): boolean =>
  CfnResource.isCfnResource(element)
    ? element.cfnResourceType === name
    : element instanceof CfnOutput && element.node.id === name;

/**
 * Takes resources, by their CloudFormation type, and outputs, by their name, out of every stack; all else stays as it is.
 * @throws VolleyError `nothing-to-leave-out` for a name that nothing has
 */
export function leaveOut(app: App, names: readonly string[]): void {
  const elements = app.node.findAll().filter(CfnElement.isCfnElement);
  for (const name of names) {
    const found = elements.filter((element) => isCalled(element, name));
    if (found.length === 0) {
      throw new VolleyError('nothing-to-leave-out', `no stack has a resource or an output ${JSON.stringify(name)}`, {
        fix: 'Give types of resources as CloudFormation writes them, or names of outputs, with commas: -c without=AWS::Budgets::Budget,Activate',
      });
    }
    for (const { node } of found) node.scope?.node.tryRemoveChild(node.id);
  }
}
