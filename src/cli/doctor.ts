/** `volley doctor`: what is wrong with this installation, and what to do about it. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Config, readConfig } from '../config.ts';
import { VolleyError } from '../core/errors.ts';
import type { DnsRecord } from '../identity/finding.ts';
import { createLog } from '../log.ts';
import { openDatabase } from '../store/db.ts';
import { connectClient } from '../temporal/client.ts';
import { createNudger } from '../temporal/nudge.ts';
import { type ReconcileReport, reconcile } from '../temporal/reconcile.ts';
import { type ApiClient, connect } from './client.ts';
import { allDueLeads, openClock, requireMigrated, requireShared } from './parts.ts';
import { sendingFindings } from './sending-domains.ts';
import { colour, note, print, printJson, progress, table } from './terminal.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
  /** What to add to DNS. */
  readonly records?: readonly DnsRecord[];
}

export async function doctor(options: { reconcile?: true; json?: true }): Promise<void> {
  const config = readConfig();
  if (options.reconcile) {
    showReconciled(await bringInLine(config), options.json === true);
    return;
  }
  const findings = await examine(config);
  const ok = findings.every((finding) => finding.ok);
  if (options.json) printJson({ ok, findings });
  else show(findings);
  if (!ok) process.exitCode = 1;
}

/** One look, its failure put into words. */
async function look(check: string, what: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, detail: await what() };
  } catch (error) {
    const fix = error instanceof VolleyError ? error.fix : undefined;
    return {
      check,
      ok: false,
      detail: error instanceof Error ? error.message : String(error),
      ...(fix === undefined ? {} : { fix }),
    };
  }
}

async function examine(config: Config): Promise<Finding[]> {
  const api = await connect(config);
  const findings: Finding[] = config.warnings.map((detail) => ({ check: 'environment', ok: false, detail }));
  findings.push({ check: 'node', ok: true, detail: process.version });
  const alive = await look('running', async () => {
    await api.ask('/healthz', z.unknown());
    return api.url;
  });
  findings.push(alive);
  if (!alive.ok) return findings;
  findings.push(
    await look('ready', async () => {
      await api.ask('/readyz', z.unknown());
      return 'store and engine answer';
    }),
    await look('playbook', async () => {
      const playbook = await api.ask('/v1/playbook', z.looseObject({ hash: z.string() }));
      return `${playbook.hash.slice(0, 12)} is in force`;
    }),
    await look('leads', async () => failing(await api.ask('/v1/reports/health', healthSchema))),
    await look('sending', async () => stopped(await api.ask('/v1/reports/health', healthSchema))),
    await look('deliveries', async () => {
      const health = () => api.ask('/v1/reports/health', healthSchema);
      const before = await health();
      const late = lateIn(before);
      if (late === undefined) return outbox(before);
      // On a clock that runs fast an hour is over at once: what is gone in a moment was on its way.
      await delay(A_MOMENT_MS);
      const after = await health();
      return outbox(lateIn(after) === late ? after : withoutLate(after));
    }),
  );
  return [...findings, ...(await domains(config, api))];
}

/** Nothing here may hide what was found before it. */
async function domains(config: Config, api: ApiClient): Promise<Finding[]> {
  try {
    return await sendingFindings(config, api);
  } catch (error) {
    return [await look('sending domains', () => Promise.reject(error))];
  }
}

const healthSchema = z.object({
  tables: z.object({
    findings: z.array(z.looseObject({ finding: z.string(), n: z.number(), example: z.string().nullable() })),
  }),
});

type Health = z.infer<typeof healthSchema>;

/** Long enough for a worker to send what is due. */
const A_MOMENT_MS = 3_000;
const LATE = 'deliveries-late';

/** The oldest delivery that is late. */
const lateIn = ({ tables }: Health): string | undefined =>
  tables.findings.find(({ finding, n }) => finding === LATE && n > 0)?.example ?? undefined;

const withoutLate = ({ tables }: Health): Health => ({
  tables: { findings: tables.findings.filter(({ finding }) => finding !== LATE) },
});

/** @throws VolleyError `leads-failing` when what leads are due for fails each time it is tried */
function failing(health: Health): string {
  const one = health.tables.findings.find(({ finding, n }) => finding === 'leads-failing' && n > 0);
  if (one === undefined) return 'none fails';
  throw new VolleyError('leads-failing', `${one.n} cannot go on, e.g. ${one.example}`, {
    fix: 'The log of the worker says why ("an activity failed"); it is tried again every 5 minutes at the latest.',
  });
}

/** @throws VolleyError `sending-stopped` when mail stopped by itself since too much of it bounced or was complained about */
function stopped(health: Health): string {
  const one = health.tables.findings.find(({ finding, n }) => finding === 'sending-stopped' && n > 0);
  if (one === undefined) return 'has not stopped by itself';
  const sender = one.example?.replace(/^stop:/, '') ?? 'marketing';
  throw new VolleyError('sending-stopped', `the sender ${sender} stopped by itself: too many bounces or complaints`, {
    fix: `GET /v1/senders says what was counted. Find the list or the email that did it; then POST /v1/senders/${sender}/resume lets it go on.`,
  });
}

/** @throws VolleyError `deliveries-left` when something in the outbox was given up or is late, or a webhook fails */
function outbox(health: Health): string {
  const left = health.tables.findings.filter(({ finding, n }) => /^(deliveries|webhooks)-/.test(finding) && n > 0);
  if (left.length === 0) return 'none was given up, none is late';
  const said = left.map(({ finding, n, example }) => `${n} ${finding}, e.g. ${example}`);
  throw new VolleyError('deliveries-left', said.join('; '), {
    fix: 'Late ones need a worker that runs; dead ones of webhooks say why in GET /v1/webhooks/{id}/deliveries?state=dead.',
  });
}

function show(findings: readonly Finding[]): void {
  const mark = (ok: boolean): string => (ok ? colour.green('ok') : colour.red('wrong'));
  print(
    table(
      ['', 'check', ''],
      findings.map((finding) => [mark(finding.ok), finding.check, finding.detail]),
    ),
  );
  for (const finding of findings) if (finding.fix !== undefined) note(`${finding.check}: ${finding.fix}`);
  const records = findings.flatMap((finding) => finding.records ?? []);
  if (records.length === 0) return;
  print(`\n${colour.bold('Add to DNS:')}`);
  print(
    table(
      ['name', 'type', 'value'],
      records.map(({ name, type, value }) => [name, type, value]),
    ),
  );
}

/**
 * The local stack does this at every start, and owns its folder while it runs; so by hand it is for
 * a store and a Temporal server that several processes share.
 */
async function bringInLine(config: Config): Promise<ReconcileReport> {
  if (config.databaseUrl === undefined) {
    throw new VolleyError('bad-configuration', 'DATABASE_URL is not set, so there is nothing to reconcile from here', {
      fix: 'The local stack (`npm start`) reconciles by itself at every start.',
    });
  }
  const { databaseUrl, temporalAddress } = requireShared({ ...config, secret: config.secret ?? 'not needed here' });
  await using stack = new AsyncDisposableStack();
  const database = await openDatabase({ databaseUrl, home: config.home });
  stack.defer(() => database.close());
  await requireMigrated(database);
  const client = await connectClient({ ...config.temporal, address: temporalAddress });
  stack.defer(() => client.connection.close());
  const nudger = createNudger({ client, log: createLog(config.log) });
  stack.defer(() => nudger.close());
  const due = await allDueLeads(database.db);
  const clock = await openClock(database.db, config.speed);
  const bar = progress('leads', due.length);
  const report = await reconcile({ client, nudger, due, now: clock.now(), onProgress: bar.to });
  bar.end();
  return report;
}

function showReconciled(report: ReconcileReport, json: boolean): void {
  if (json) printJson(report);
  else print(table(Object.keys(report), [Object.values(report)]));
}
