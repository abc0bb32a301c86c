/** What `npm audit` and the lock say about the dependencies that go into production, against what we allow. */
import { z } from 'zod';

export const allowedSchema = z.array(
  z.strictObject({
    advisory: z.string().regex(/^GHSA(-[0-9a-z]{4}){3}$/, 'must be the id of an advisory, GHSA-…'),
    package: z.string().min(1),
    until: z.iso.date(),
    reason: z.string().min(20, 'must say why it does not hold us up'),
  }),
);
export type Allowed = z.infer<typeof allowedSchema>;

/** The report of `npm audit --json`, version 2: an advisory hangs at the package it is about, others name that package. */
const advisorySchema = z.looseObject({ url: z.string(), title: z.string(), severity: z.string(), name: z.string() });
const reportSchema = z.looseObject({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.looseObject({ via: z.array(z.union([z.string(), advisorySchema])) })),
});
export type Report = z.infer<typeof reportSchema>;

/** The report in what npm printed; undefined: no registry answered. */
export function reportIn(output: unknown): Report | undefined {
  return reportSchema.safeParse(output).data;
}

const idOf = (url: string): string => url.split('/').at(-1) ?? url;

/** What must be seen to, one line each. @param today YYYY-MM-DD */
export function judge(report: Report, allowed: Allowed, today: string): string[] {
  const found = new Map<string, z.infer<typeof advisorySchema>>(
    Object.values(report.vulnerabilities).flatMap(({ via }) =>
      via.flatMap((one) => (typeof one === 'string' ? [] : [[`${idOf(one.url)} ${one.name}`, one] as const])),
    ),
  );
  const kept = new Map<string, Allowed[number]>(allowed.map((one) => [`${one.advisory} ${one.package}`, one]));
  return [
    ...[...found].flatMap(([key, one]) => {
      const until = kept.get(key)?.until;
      if (until === undefined) return [`${one.severity}: ${one.name}: ${one.title} (${one.url})`];
      return until < today ? [`${key} was allowed until ${until}: ${one.title} (${one.url})`] : [];
    }),
    ...[...kept.keys()]
      .filter((key) => !found.has(key))
      .map((key) => `${key} is allowed and there is no such advisory: take it out`),
  ];
}

const packageSchema = z.looseObject({
  dev: z.boolean().default(false),
  devOptional: z.boolean().default(false),
  inBundle: z.boolean().default(false),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  deprecated: z.string().optional(),
  hasInstallScript: z.boolean().default(false),
  optional: z.boolean().default(false),
  os: z.array(z.string()).default(['linux']),
  cpu: z.array(z.string()).default(['x64']),
});
type Package = z.infer<typeof packageSchema>;

/** Binaries for machines that run nothing in production; npm locks no hash of what its registry does not have. */
const elsewhere = ({ optional, os, cpu }: Package): boolean =>
  optional && !(os.includes('linux') && (cpu.includes('x64') || cpu.includes('arm64')));
const lockSchema = z.looseObject({ packages: z.record(z.string(), packageSchema) });

/** Licences that ask no more of us than to be named. */
const FREE =
  /^(MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0|Unlicense)\b/;
/** Of packages whose licence is in a file of theirs alone. */
const READ: Readonly<Record<string, string>> = { unionfs: 'Unlicense' };

/** What the lock alone says, without any registry. @param scripts packages whose install scripts are allowed, by name */
export function judgeLock(lock: unknown, scripts: readonly string[]): string[] {
  return Object.entries(lockSchema.parse(lock).packages).flatMap(([path, one]) => {
    if (path === '' || one.dev || one.devOptional) return [];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const license = (one.license ?? READ[name] ?? '').replace(/^\(/, '');
    return [
      ...(one.inBundle || elsewhere(one) || one.integrity !== undefined ? [] : [`${name}: the lock has no hash of it`]),
      // Without an address it is the registry's.
      ...(/^(https:|$)/.test(one.resolved ?? '') ? [] : [`${name}: it does not come from a registry`]),
      ...(one.deprecated === undefined ? [] : [`${name}: deprecated: ${one.deprecated}`]),
      ...(one.hasInstallScript && !scripts.includes(name) ? [`${name}: it runs a script when it is installed`] : []),
      ...(FREE.test(license) ? [] : [`${name}: its licence is ${license === '' ? 'not said' : license}`]),
    ];
  });
}
