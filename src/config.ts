/**
 * Everything the environment decides, read once at start by one schema. A wrong variable stops the
 * process with a list of all wrong ones; nothing else in the project reads `process.env`.
 */
import { isIP } from 'node:net';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { VolleyError } from './core/errors.ts';
import { secretsIn } from './core/secrets.ts';

const text = z.string().trim().min(1);
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` });
const flag = oneOf(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const environmentSchema = z.object({
  PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(8080),
  HOST: text.default('127.0.0.1'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
  VOLLEY_HOME: text.default('.volley'),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^(\[[0-9a-f:]+\]|[^\s:/]+):\d+$/i, 'must be HOST:PORT, without a scheme')
    .optional(),
  TEMPORAL_NAMESPACE: text.default('default'),
  TEMPORAL_API_KEY: text.optional(),
  TEMPORAL_TLS: flag.optional(),
  TEMPORAL_TLS_SERVER_NAME: text.optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: text.optional(),
  TEMPORAL_TLS_CLIENT_CERT_DATA: text.optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: text.optional(),
  TEMPORAL_TLS_CLIENT_KEY_DATA: text.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: text.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: text.optional(),
  AWS_REGION: text.optional(),
  AWS_ENDPOINT_URL: webUrl.optional(),
  AWS_ENDPOINT_URL_SES: webUrl.optional(),
  VOLLEY_SES_CONFIGURATION_SET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .optional(),
  VOLLEY_SNS_TOPICS: z
    .string()
    .transform((list) => list.split(',').map((arn) => arn.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
            'must be ARNs of SNS topics, with commas between',
          ),
      ),
    )
    .optional(),
  VOLLEY_ADMIN_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
  VOLLEY_SECRET: z
    .string()
    .refine(
      (text) => secretsIn(text).every((one) => one.length >= 32),
      'must have at least 32 characters; each of several, with a comma between',
    )
    .optional(),
  VOLLEY_PUBLIC_URL: webUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  VOLLEY_URL: webUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  VOLLEY_KEY: text.optional(),
  VOLLEY_SPEED: z.coerce.number('must be a number').min(1, 'must be 1 or more').max(1_000_000).default(1),
  VOLLEY_DNS: text
    .refine(
      (server) => isIP(server.replace(/^\[(.*)\](?::\d+)?$|^([^:]+):\d+$/, '$1$2')) !== 0,
      'must be a resolver as IP or IP:PORT, such as 1.1.1.1 or [2606:4700::1111]:53',
    )
    .optional(),
  VOLLEY_TEMPORAL_BIN: text.optional(),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).optional(),
  LOG_FORMAT: oneOf(['json', 'pretty']).optional(),
});

/** A PEM given as a file's path or as the text itself. */
export type Pem = { readonly path: string } | { readonly data: string };

export interface TemporalConfig {
  /** Absent: a local server is started on a free port. */
  readonly address: string | undefined;
  readonly namespace: string;
  readonly apiKey: string | undefined;
  /** An API key or a certificate turns TLS on by itself. */
  readonly tls: boolean;
  readonly serverName: string | undefined;
  readonly clientCert: Pem | undefined;
  readonly clientKey: Pem | undefined;
  readonly serverCa: Pem | undefined;
  /** The server's binary, when it is not to be looked for. */
  readonly cli: string | undefined;
}

export type EmailConfig =
  | { readonly kind: 'mailbox' }
  | {
      readonly kind: 'ses';
      readonly region: string;
      readonly endpoint: string | undefined;
      readonly configurationSet: string | undefined;
    };

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absent: PGlite under `home`. */
  readonly databaseUrl: string | undefined;
  /** Folder of everything the local stack keeps. */
  readonly home: string;
  readonly temporal: TemporalConfig;
  readonly email: EmailConfig;
  /** ARNs of the SNS topics that post SES events here, signed. */
  readonly snsTopics: readonly string[];
  readonly adminKey: string | undefined;
  /** Signs links. Absent: the local stack makes one and keeps it under `home`. */
  readonly secret: string | undefined;
  /** Where leads and reps reach the API; no slash at the end. Absent: the address it listens on. */
  readonly publicUrl: string | undefined;
  /** Where the command line finds a running system, and its key there. */
  readonly client: { readonly url: string | undefined; readonly key: string | undefined };
  /** Virtual milliseconds per real one; 1 is real time. */
  readonly speed: number;
  /** The resolver sending domains are looked up with, `IP` or `IP:PORT`; absent: the machine's own. */
  readonly dns: string | undefined;
  readonly log: {
    /** Absent: what the command thinks right. */
    readonly level: z.infer<typeof environmentSchema>['LOG_LEVEL'];
    readonly format: 'json' | 'pretty' | undefined;
  };
  /** Sentences worth showing at start, e.g. about a variable that looks misspelt. */
  readonly warnings: readonly string[];
}

/** Whether a host name or URL is this very machine. */
export function isLoopback(hostOrUrl: string): boolean {
  const named = hostOrUrl.includes('://') ? new URL(hostOrUrl).hostname : hostOrUrl;
  // The last part of a bare IPv6 address is no port.
  const host = isIP(named) === 6 ? named : named.replace(/:\d+$/, '');
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bare);
}

function pem(path: string | undefined, data: string | undefined): Pem | undefined {
  if (data !== undefined) return { data };
  return path === undefined ? undefined : { path };
}

/** Variables that look like ours and are not: a misspelt one is otherwise silently the default. */
function misspelt(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(environmentSchema.shape);
  return Object.keys(environment)
    .filter((name) => name.startsWith('VOLLEY_') && !name.startsWith('VOLLEY_TEST_') && !known.includes(name))
    .map((name) => {
      const near = known.toSorted((a, b) => distance(name, a) - distance(name, b))[0];
      return `${name} is not a variable of Volley and does nothing${near === undefined ? '' : `; did you mean ${near}`}?`;
    });
}

/**
 * Reads the environment.
 * @throws VolleyError `bad-configuration` naming every wrong variable, never its value (it may be a secret).
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable is how shells and compose files say "not set".
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (!parsed.success) throw badConfiguration(wrong);
  const env = parsed.data;

  const address = env.TEMPORAL_ADDRESS;
  const endpoint = env.AWS_ENDPOINT_URL_SES ?? env.AWS_ENDPOINT_URL;
  const usesSes = env.AWS_REGION !== undefined || endpoint !== undefined;
  if (endpoint !== undefined && env.AWS_REGION === undefined) wrong.push('AWS_REGION: needed beside an AWS endpoint');
  if (env.VOLLEY_SPEED > 1) {
    if (usesSes && (endpoint === undefined || !isLoopback(endpoint)))
      wrong.push('VOLLEY_SPEED: above 1 it never works with the real SES; unset AWS_REGION or VOLLEY_SPEED');
    if (address !== undefined && !isLoopback(address))
      wrong.push(
        'VOLLEY_SPEED: above 1 it works only with the local Temporal server; unset TEMPORAL_ADDRESS or VOLLEY_SPEED',
      );
  }
  const clientCert = pem(env.TEMPORAL_TLS_CLIENT_CERT_PATH, env.TEMPORAL_TLS_CLIENT_CERT_DATA);
  const clientKey = pem(env.TEMPORAL_TLS_CLIENT_KEY_PATH, env.TEMPORAL_TLS_CLIENT_KEY_DATA);
  if ((clientCert === undefined) !== (clientKey === undefined))
    wrong.push('TEMPORAL_TLS_CLIENT_CERT_…, TEMPORAL_TLS_CLIENT_KEY_…: each needs the other');
  if (wrong.length > 0) throw badConfiguration(wrong);

  return {
    port: env.PORT,
    host: env.HOST,
    databaseUrl: env.DATABASE_URL,
    home: env.VOLLEY_HOME,
    temporal: {
      address,
      namespace: env.TEMPORAL_NAMESPACE,
      apiKey: env.TEMPORAL_API_KEY,
      tls: env.TEMPORAL_TLS ?? (env.TEMPORAL_API_KEY !== undefined || clientCert !== undefined),
      serverName: env.TEMPORAL_TLS_SERVER_NAME,
      clientCert,
      clientKey,
      serverCa: pem(env.TEMPORAL_TLS_SERVER_CA_CERT_PATH, env.TEMPORAL_TLS_SERVER_CA_CERT_DATA),
      cli: env.VOLLEY_TEMPORAL_BIN,
    },
    email:
      usesSes && env.AWS_REGION !== undefined
        ? { kind: 'ses', region: env.AWS_REGION, endpoint, configurationSet: env.VOLLEY_SES_CONFIGURATION_SET }
        : { kind: 'mailbox' },
    snsTopics: env.VOLLEY_SNS_TOPICS ?? [],
    adminKey: env.VOLLEY_ADMIN_KEY,
    secret: env.VOLLEY_SECRET,
    publicUrl: env.VOLLEY_PUBLIC_URL,
    client: { url: env.VOLLEY_URL, key: env.VOLLEY_KEY },
    speed: env.VOLLEY_SPEED,
    dns: env.VOLLEY_DNS,
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
    warnings: misspelt(environment),
  };
}

function badConfiguration(wrong: readonly string[]): VolleyError {
  return new VolleyError(
    'bad-configuration',
    `the environment is wrong:\n${wrong.map((line) => `  ${line}`).join('\n')}`,
    {
      fix: 'Correct or unset these variables and start again; docs/operations.md lists them all.',
    },
  );
}
