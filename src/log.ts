/**
 * The one logger. Lines carry ids and counts, never what a person entered: fields that could hold
 * personal data are removed here too, whoever logs them.
 */
import { type Logger, pino, stdSerializers } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

/** Field names that hold what a person entered, or a secret; wherever they appear they are removed. */
const PRIVATE = [
  'email',
  'to',
  'from',
  'recipients',
  'firstName',
  'lastName',
  'name',
  'phone',
  'company',
  'title',
  'note',
  'facts',
  'body',
  'subject',
  'authorization',
  'key',
  'token',
  'secret',
  'databaseUrl',
];
const ADDRESS = /[^\s<>"'(),;:@]+@[^\s<>"'(),;:@]+\.[^\s<>"'(),;:@.]+/g;

/** Takes addresses out of free text, such as an error's message from a database or mail server. */
export const withoutAddresses = (text: string): string => text.replace(ADDRESS, '[address]');

export interface LogSink {
  write(line: string): void;
}

/**
 * `json` is one object a line for machines; `pretty` one short line for people, the default on a terminal.
 * Logs go to stderr, so that what a command prints stays clean.
 */
export function createLog(options: Config['log'], sink: LogSink = process.stderr): Logger {
  const format = options.format ?? (process.stderr.isTTY ? 'pretty' : 'json');
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: PRIVATE.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), remove: true },
      serializers: { err: serializeError },
      hooks: {
        logMethod(args, method) {
          const cleaned = args.map((arg: unknown) => (typeof arg === 'string' ? withoutAddresses(arg) : arg));
          method.apply(this, cleaned as Parameters<typeof method>);
        },
      },
    },
    format === 'json' ? sink : { write: (line: string) => sink.write(prettyLine(line)) },
  );
}

function serializeError(error: unknown): unknown {
  const plain = stdSerializers.errWithCause(error instanceof Error ? error : new Error(String(error)));
  return {
    type: plain.type,
    code: 'code' in plain ? plain.code : undefined,
    message: withoutAddresses(plain.message),
    stack: withoutAddresses(plain.stack),
  };
}

const LEVEL_WORDS: Readonly<Record<string, string>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info ',
  warn: 'WARN ',
  error: 'ERROR',
  fatal: 'FATAL',
};

function prettyLine(line: string): string {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) return line;
  const { level, time, msg, err, ...rest } = parsed as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const fields = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = `${clock} ${LEVEL_WORDS[String(level)] ?? String(level)} ${[String(msg ?? ''), ...fields].join(' ')}\n`;
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `${String(err.stack)}\n` : '';
  return head + stack;
}
