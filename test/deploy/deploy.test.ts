/**
 * All stacks from nothing to nothing, on an emulator of AWS: the real `cdk`, the real functions, a real Postgres, and
 * a real Temporal that invokes the workers. What the emulator lacks is left out by name (`cdk.ts`); what templates
 * say of it is tested on templates.
 */
import { dirname, join } from 'node:path';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Email } from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { versionsOf } from '../../infra/functions/release/versions.ts';
import { readPlaybookFolder } from '../../src/playbook/index.ts';
import { connectClient } from '../../src/temporal/client.ts';
import type { Outputs } from './cdk.ts';
import { checkout, edit } from './checkout.ts';
import { type Answer, type Call, NAME, openWorld, type World } from './deployment.ts';
import { signIn } from './sign-in.ts';
import { callerOf, eventually, listSchema, reply, reportBounces } from './story.ts';

const REP = 'rep-1@northwind.example';
const ADA = 'ada@contoso.example';
/** Answers nothing: waits for the next step while releases come. */
const BEN = 'ben@fabrikam.example';
/** SES's own simulator of an address that it knows to bounce. */
const NOBODY = 'suppressionlist@simulator.amazonses.com';

let world: World;
let outputs: Outputs;
let call: (request: Call) => Promise<Answer>;
const output = (stack: string, name: string): string => z.string().parse(outputs[`${NAME}-${stack}`]?.[name]);
const adminKey = async (): Promise<string> => {
  const asked = new GetSecretValueCommand({ SecretId: output('data', 'AdminKeySecret') });
  return z.string().parse((await world.secrets.send(asked)).SecretString);
};

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

describe('a deployment', () => {
  it('is made from nothing', async () => {
    await world.cdk.bootstrap();
    ({ outputs } = await world.cdk.deploy());
    const stacks = ['api', 'data', 'email', 'watch', 'worker'].map((concern) => `${NAME}-${concern}`);
    expect(Object.keys(outputs).sort()).toEqual(stacks);
    call = callerOf(world, output('api', 'Url'));
  });

  it('has brought the schema up to date and made the first key, and its API answers to it', async () => {
    expect(await call({ route: 'GET /v1/keys', token: await adminKey() })).toMatchObject({
      status: 200,
      body: { items: [{ label: 'the first key' }] },
    });
    expect(await call({ route: 'GET /v1/keys', token: 'nobody' })).toMatchObject({
      status: 401,
      body: { type: expect.stringContaining('wrong-key') },
    });
    expect(await call({ route: 'GET /readyz', token: 'nobody' })).toMatchObject({ status: 200 });
  });
});

describe('a lead', () => {
  let marketer: string;
  let rep: string;
  let mail: Email;
  const ids = new Map<string, string>();
  const journal = (email: string): Promise<Answer> =>
    call({ route: `GET /v1/leads/${ids.get(email)}/journal?limit=100`, token: marketer });
  const typesIn = ({ body }: Answer): readonly unknown[] => listSchema.parse(body).items.map(({ type }) => type);

  beforeAll(async () => {
    const token = await adminKey();
    const { files } = await readPlaybookFolder(join(import.meta.dirname, 'playbook'));
    const applied = await call({ route: 'POST /v1/playbook/apply', token, body: { files } });
    expect(applied).toMatchObject({ status: 200 });
    const person = { name: 'Robin Rep', timeZone: 'Europe/London' };
    expect(await call({ route: `PUT /v1/reps/${REP}`, token, body: person })).toMatchObject({ status: 201 });
    const pool = { id: output('api', 'UserPool'), client: output('api', 'UserPoolClient') };
    marketer = await signIn(world.emulator, pool, { email: 'mia@northwind.example', role: 'marketer' });
    rep = await signIn(world.emulator, pool, { email: REP, role: 'rep' });
    const [, queue] =
      Object.entries(outputs[`${NAME}-email`] ?? {}).find(([name]) => /EventsQueue.*Name/.test(name)) ?? [];
    await reportBounces(world.emulator, 'northwind.example', `arn:aws:sqs:us-east-1:000000000000:${queue}`);
  });

  it('comes in from somebody who has signed in, and from nobody whose role may not', async () => {
    for (const email of [ADA, BEN, NOBODY]) {
      const { status, body } = await call({
        route: 'POST /v1/leads',
        token: marketer,
        body: { email, firstName: 'Ada', company: 'Contoso', country: 'GB', timeZone: 'Europe/London' },
      });
      expect(status, JSON.stringify(body)).toBe(201);
      ids.set(email, z.object({ id: z.string() }).parse(body).id);
    }
    const refused = await call({ route: 'POST /v1/leads', token: rep, body: { email: 'eve@contoso.example' } });
    expect(refused).toMatchObject({ status: 403 });
  });

  it('gets its mail, sent by workers that Temporal invoked', async () => {
    mail = await world.mailbox.first(ADA);
    expect(mail.subject).toBe('Hello Ada');
    expect(mail.from).toMatchObject({ address: 'news@northwind.example' });
    expect(mail.headers).toContainEqual(
      expect.objectContaining({ key: 'list-unsubscribe-post', value: 'List-Unsubscribe=One-Click' }),
    );
    for (const email of [ADA, BEN]) {
      await eventually(
        () => journal(email),
        (answer) => typesIn(answer).includes('touch.sent'),
      );
    }
  });

  it('that nobody has is mailed once and never again, by what SES reports', async () => {
    const answer = await eventually(
      () => journal(NOBODY),
      (one) => typesIn(one).includes('lead.suppressed'),
    );
    expect(listSchema.parse(answer.body).items).toContainEqual(
      expect.objectContaining({ type: 'lead.suppressed', by: 'ses', data: { why: 'bounced' } }),
    );
  });

  it('that replies becomes a task of a rep, who answers it', async () => {
    await reply(world.emulator, mail, ADA, 'That sounds good. Could you tell me more?');
    const open = await eventually(
      () => call({ route: 'GET /v1/tasks?state=open', token: rep }),
      ({ body }) => (listSchema.safeParse(body).data?.items ?? []).length > 0,
    );
    const [task] = listSchema.parse(open.body).items;
    expect(task).toMatchObject({ kind: 'handoff', assignee: REP });
    expect(await call({ route: `POST /v1/tasks/${task?.['id']}/accept`, token: rep, body: {} })).toMatchObject({
      status: 200,
    });
  });

  it('has a journal that tells it in this order', async () => {
    const answer = await eventually(
      () => journal(ADA),
      (one) => typesIn(one).includes('handoff.accepted'),
    );
    const told = ['enrollment.started', 'touch.sent', 'signal.received', 'handoff.offered', 'handoff.accepted'];
    const types = typesIn(answer).filter((type) => told.includes(String(type)));
    expect([...new Set(types)]).toEqual(told);
  });
});

describe('another deployment', () => {
  const LOOP = 'workflows/lead.ts';
  /** Version of the workflows that Temporal gives the leads to. */
  const current = async (): Promise<string> => {
    const client = await connectClient({ address: world.temporal.address });
    try {
      return z.string().parse((await versionsOf(client).routed('volley')).current);
    } finally {
      await client.connection.close();
    }
  };

  it('that leads cannot go on with is stopped, and they stay where they are', async () => {
    const sources = join(dirname(world.emulator.log), 'broken');
    await checkout(sources);
    await edit(sources, LOOP, '  for (;;) {', "  await sleep('1s');\n  for (;;) {");
    await expect(world.cdk.deploy(sources)).rejects.toThrow(/leads cannot go on with it/);
    expect(await current()).toBe(output('worker', 'BuildId'));
  });

  it('of what there was before it finds no change', async () => {
    const { said } = await world.cdk.deploy();
    for (const stack of Object.keys(outputs)) expect(said).toContain(`${stack} (no changes)`);
  });

  it('that they can go on with is current afterwards', async () => {
    const sources = join(dirname(world.emulator.log), 'next');
    await checkout(sources);
    await edit(sources, LOOP, 'MOVED_MS = 60_000', 'MOVED_MS = 61_000');
    const before = output('worker', 'BuildId');
    ({ outputs } = await world.cdk.deploy(sources));
    expect(output('worker', 'BuildId')).not.toBe(before);
    expect(await current()).toBe(output('worker', 'BuildId'));
  });
});

it('everything goes when it is told to', async () => {
  await world.cdk.destroy();
  await expect(adminKey()).rejects.toThrow();
});
