/** A secret for a function: its template names where it lies, and the function reads it when it starts. */
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { FROM_SECRET } from '../names.ts';
import type { Runner } from './function.ts';

export function fromSecret(fn: Runner, variable: string, secret: ISecret): void {
  secret.grantRead(fn.role);
  fn.set(`${FROM_SECRET}${variable}`, secret.secretArn);
}
