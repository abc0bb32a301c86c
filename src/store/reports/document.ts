/** docs/reports.md, made of what the reports themselves say, so that the SQL shown is the SQL that runs. */
import type { Report } from './define.ts';

const INTRO = `# Reports
Facts back to both teams, the same for both. This page is made from the code (\`node src/store/reports/write-docs.ts\`; a test holds them equal), so the SQL below is the SQL that runs.

\`\`\`sh
npx volley report funnel --from 2026-11-01 --to 2026-12-01            # as a table; --json, --csv
curl "$VOLLEY_URL/v1/reports/funnel?from=2026-11-01" -H "Authorization: Bearer $VOLLEY_KEY" -H 'Accept: text/csv'
\`\`\`

Roles \`admin\`, \`marketer\` and \`manager\` may read them. A period holds its \`from\` and not its \`to\`; a date is its first instant in UTC. Without \`to\` it ends at this moment, without \`from\` it is as long as the report says below. JSON is \`{ report, from, to, tables: { NAME: [ROW, …] } }\`; CSV has all tables in one file, named by the first column. A figure that has nothing to be counted from is \`null\`, and empty in CSV. Shares are between 0 and 1.

The statements read \`leads\`, \`touches\`, \`tasks\` and what every commit takes from the journal entries it writes: \`milestones\` (stages entered, labels gained, meetings, activities of sales, marketing’s SLA; leads that came into a group of an experiment, as \`EXPERIMENT GROUP SHARES UNTIL\`, and reached what it asks), \`handoffs\` (one row an offer; its \`rep\` is who has it or had it last) and, on \`touches\`, the stage the lead was in and its next one within 30 days. For what is older than these, \`volley migrate\` reads the journals once (the local stack does at its start). \`:from\`, \`:to\`, \`:now\` are instants, \`:stages\` the stages of the playbook in force in their order, \`:won\` the stage of leads that have bought (the first that a won deal leads to, else \`customer\`), \`:warming\` the domains the playbook in force warms up. All of it is within what Aurora DSQL has: medians are counted by row numbers.
`;

const sqlBlock = (name: string, sql: string): string => `\nSQL of \`${name}\`:\n\`\`\`sql\n${sql.trim()}\n\`\`\`\n`;

function section(report: Report): string {
  const tables = report.tables.map(({ id, title, columns, sql }) => {
    const rows = Object.entries(columns).map(([name, { is }]) => `| \`${name}\` | ${is} |`);
    const head = `\n### ${report.name}: ${title} (\`${id}\`)\n| column | is |\n| --- | --- |\n${rows.join('\n')}\n`;
    return sql === undefined ? head : head + sqlBlock(id, sql);
  });
  const sources = Object.entries(report.sources ?? {}).map(([name, sql]) => sqlBlock(name, sql));
  return `\n## ${report.name}\n${report.about} Without \`from\`: the last ${report.days} days.\n${tables.join('')}${sources.join('')}`;
}

/** The whole page. */
export const documentOf = (reports: readonly Report[]): string => INTRO + reports.map(section).join('');
