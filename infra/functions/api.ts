/** The API as a function behind API Gateway. */
import { handle } from 'hono/aws-lambda';
import { createApp } from '../../src/api/app.ts';
import { checksOf, importStarter, snsOf } from '../../src/cli/parts.ts';
import { runForgetter } from '../../src/temporal/forget.ts';
import { cognitoFrom } from './cognito.ts';
import { once, openParts } from './parts.ts';

const ready = once(async () => {
  const { config, client, mail, ...parts } = await openParts();
  const app = createApp({
    ...parts,
    startImport: importStarter(client),
    forgetRuns: runForgetter(client),
    config: mail,
    ...snsOf(config),
    ...cognitoFrom(process.env),
    checks: checksOf(client),
  });
  return handle(app);
});

type Answer = Awaited<ReturnType<typeof ready>>;

export const handler: Answer = async (event, context) => (await ready())(event, context);
