/** What a deployment is told: `infra/settings/NAME.yaml`, chosen with `-c settings=NAME`. One zod schema, good defaults. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { VolleyError } from '../src/core/errors.ts';

const domain = z
  .string()
  .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'must be a domain name in lower case');
const secretName = z
  .string()
  .regex(/^[\w/+=.@-]{1,512}$/, 'must be the name of a secret in Secrets Manager, never the secret itself');
const count = (least: number, most: number) => z.int().min(least).max(most);

const temporal = z.strictObject({
  address: z.string().regex(/^[^\s:/]+:\d+$/, 'must be HOST:PORT, without a scheme'),
  namespace: z.string().min(1).default('default'),
  /** Secret that holds the API key; absent: none is sent. */
  apiKeySecret: secretName.optional(),
  /** TLS without an API key; with one it is on by itself. */
  tls: z.boolean().default(false),
  /** Whether Temporal takes on a role of ours to invoke workers; a server of your own in the account may do it as itself. */
  assumesRole: z.boolean().default(true),
  /** Principals that Temporal invokes Lambda workers as; its documentation lists those of Temporal Cloud. */
  invokedBy: z
    .array(z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:(role\/.+|user\/.+|root)$/, 'must be the ARN of a principal'))
    .default([]),
  /** What these principals must say with it, so that nobody else's Temporal can be talked into invoking ours. */
  externalId: z
    .string()
    .regex(/^[\w+=,.@-]{5,45}$/, 'must be 5 to 45 letters, digits or _+=,.@-')
    .optional(),
});

const limits = z
  .strictObject({
    /** Calls a second of the whole API, and how many at once above that. */
    apiPerSecond: count(1, 10_000).default(100),
    apiBurst: count(1, 5_000).default(200),
    /** The same of the links in mails, which anybody can reach. */
    linksPerSecond: count(1, 10_000).default(50),
    linksBurst: count(1, 5_000).default(100),
    /** Seconds that a Lambda worker lives; it polls until its end, so it is paid until then. */
    workerSeconds: count(20, 900).default(60),
    /** Seconds in which a new version of the workers gets a tenth of the work, and nothing may go wrong. */
    rampSeconds: count(0, 600).default(60),
    /** Tasks of the Fargate service. */
    workerTasks: count(1, 50).default(2),
    /** Seconds until an alarm about a message that lies in a queue. */
    queueSeconds: count(60, 86_400).default(900),
    /** Alarms of SES, in percent; the mail service reviews an account at 5 and 0.1. */
    bouncePercent: z.number().positive().max(10).default(3),
    complaintPercent: z.number().positive().max(0.5).default(0.08),
    /** US dollars a month. */
    budget: count(1, 1_000_000).default(200),
    /** Mails that came in are kept so many days, logs so many. */
    inboundDays: count(1, 365).default(30),
    logDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365]).default(30),
  })
  .prefault({});

const shape = z.strictObject({
  /** Before the names of everything: two deployments of one account differ by it. */
  name: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/, 'must be 1 to 20 lower-case letters, digits or -, a letter first')
    .default('volley'),
  /** Mail is sent from it. */
  domain,
  /** Replies come to it; `replyDomain` of the playbook. `reply.DOMAIN` by default. */
  replyDomain: domain.optional(),
  /** Bounces come to it (MAIL FROM). `bounce.DOMAIN` by default. */
  bounceDomain: domain.optional(),
  temporal,
  /** Who is mailed when something is wrong. */
  alarms: z.strictObject({ email: z.email() }),
  worker: z.enum(['lambda', 'fargate']).default('lambda'),
  arch: z.enum(['arm64', 'x64']).default('arm64'),
  database: z.enum(['dsql', 'url']).default('dsql'),
  /** With `database: url`: the secret that holds `postgres://…`. */
  databaseUrlSecret: secretName.optional(),
  /** Where people reach the API, with a certificate of the same region; API Gateway's own address by default. */
  api: z
    .strictObject({
      domain,
      certificate: z.string().regex(/^arn:aws[\w-]*:acm:/, 'must be the ARN of a certificate in ACM'),
    })
    .optional(),
  /** An active receipt rule set of SES that is there already; absent: one is made, and activated by hand. */
  receiptRuleSet: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  /** Whether database, secrets, users and mail that came in outlive `cdk destroy`. */
  keepData: z.boolean().default(true),
  limits,
});

const settingsSchema = shape
  .superRefine((given, context) => {
    const missing = (path: readonly string[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message });
    if (given.database === 'url' && given.databaseUrlSecret === undefined)
      missing(['databaseUrlSecret'], 'needed with `database: url`');
    if (given.database === 'dsql' && given.databaseUrlSecret !== undefined)
      missing(['databaseUrlSecret'], 'goes with `database: url` only');
    const { assumesRole, invokedBy, externalId } = given.temporal;
    const needsRole = given.worker === 'lambda' && assumesRole;
    if (needsRole && invokedBy.length === 0)
      missing(['temporal', 'invokedBy'], 'needed with `worker: lambda`: who invokes the workers');
    if (needsRole && externalId === undefined)
      missing(['temporal', 'externalId'], 'needed with `worker: lambda`: a word of your own, told Temporal too');
    if (!assumesRole && (invokedBy.length > 0 || externalId !== undefined))
      missing(['temporal', 'assumesRole'], 'with `false` nobody is let in: leave out `invokedBy` and `externalId`');
  })
  .transform(({ replyDomain, bounceDomain, ...given }) => ({
    ...given,
    replyDomain: replyDomain ?? `reply.${given.domain}`,
    bounceDomain: bounceDomain ?? `bounce.${given.domain}`,
  }));

export type Settings = z.infer<typeof settingsSchema>;

/** @throws VolleyError `bad-settings` that names every wrong setting of `source` */
export function checkSettings(given: unknown, source: string): Settings {
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || '(all)'}: ${message}`);
  throw new VolleyError('bad-settings', `${source} is wrong:\n${wrong.join('\n')}`, {
    fix: 'docs/aws.md lists the settings of a deployment.',
  });
}

const FOLDER = join(import.meta.dirname, 'settings');

/** The settings of this name in `infra/settings`, or of a file anywhere, by a path that ends in `.yaml`. @throws VolleyError `bad-settings`, `no-settings` */
export function readSettings(name: string, folder: string = FOLDER): Settings {
  const elsewhere = name.endsWith('.yaml');
  if (!elsewhere && !/^[\w-]+$/.test(name)) {
    throw new VolleyError('no-settings', `${JSON.stringify(name)} cannot be the name of settings`, {
      fix: 'Use letters, digits, _ and - (`-c settings=production` reads infra/settings/production.yaml), or the path of a .yaml file.',
    });
  }
  const file = elsewhere ? name : join(folder, `${name}.yaml`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new VolleyError('no-settings', `there is no ${file}`, {
      fix: 'Copy infra/settings/example.yaml to it and put your own values in.',
      cause,
    });
  }
  let given: unknown;
  try {
    given = parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VolleyError('bad-settings', `${file} is no YAML: ${why}`, { cause });
  }
  return checkSettings(given, file);
}
