/** Something a function does when a stack is deployed: on creation, and whenever what it is asked for is another. */
import { CfnCustomResource, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { VolleyFunction } from './function.ts';

/** What one may take, from the request on; a function cannot run much longer. */
export const PATIENCE = Duration.minutes(14);

export function request(
  scope: Construct,
  id: string,
  by: VolleyFunction,
  properties: Readonly<Record<string, string>>,
): CfnCustomResource {
  const made = new CfnCustomResource(scope, id, {
    serviceToken: by.lambda.functionArn,
    serviceTimeout: PATIENCE.plus(Duration.minutes(1)).toSeconds(),
  });
  for (const [name, value] of Object.entries(properties)) made.addPropertyOverride(name, value);
  return made;
}
