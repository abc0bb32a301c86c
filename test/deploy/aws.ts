/** Calls to the emulator that no client among the dependencies makes. It checks no signature, only whose key it is. */
import { z } from 'zod';
import type { Emulator } from './emulator.ts';

const authorization = (emulator: Emulator, service: string): string =>
  `AWS4-HMAC-SHA256 Credential=${emulator.env['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=none`;

async function post(url: string, init: RequestInit, what: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', ...init });
  const text = await response.text();
  if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
  return text;
}

/** Cognito's protocol. @throws when it is refused */
export async function cognito(emulator: Emulator, action: string, body: object): Promise<unknown> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
    authorization: authorization(emulator, 'cognito-idp'),
  };
  return JSON.parse(await post(emulator.url, { headers, body: JSON.stringify(body) }, action));
}

/** SNS's protocol; the value of one element of the answer. @throws when it is refused */
export async function sns(
  emulator: Emulator,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const headers = { authorization: authorization(emulator, 'sns') };
  const body = new URLSearchParams({ Action: action, Version: '2010-03-31', ...parameters });
  const answer = await post(emulator.url, { headers, body }, action);
  return z.string().parse(/<(?:Topic|Subscription)Arn>([^<]+)</.exec(answer)?.[1]);
}
