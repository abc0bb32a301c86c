/**
 * What Aurora DSQL refuses, as far as a statement's text shows it (AWS, "Unsupported PostgreSQL
 * features in Aurora DSQL" and "Supported SQL subsets"). It is no DSQL: it proves that nothing known
 * to be missing is used, not that everything used is there.
 */
interface Rule {
  readonly feature: string;
  readonly pattern: RegExp;
}

const rules: readonly Rule[] = [
  { feature: 'foreign keys', pattern: /\b(references|foreign\s+key)\b/ },
  { feature: 'triggers', pattern: /\b(create|drop)\s+(constraint\s+)?trigger\b/ },
  {
    feature: 'sequences',
    pattern: /\b(create|alter)\s+sequence\b|\b(small|big)?serial\b|\bnextval\s*\(|\bas\s+identity\b/,
  },
  { feature: 'temporary tables', pattern: /\bcreate\s+(local\s+|global\s+)?temp(orary)?\b/ },
  { feature: 'truncate', pattern: /^\s*truncate\b/ },
  { feature: 'savepoints', pattern: /^\s*(savepoint|rollback\s+to|release)\b/ },
  { feature: 'extensions', pattern: /\bcreate\s+extension\b/ },
  { feature: 'partial indexes', pattern: /\bcreate\s+(unique\s+)?index\b[^;]*\bwhere\b/ },
  { feature: 'index order', pattern: /\bcreate\s+(unique\s+)?index\b[^;]*\b(asc|desc)\b/ },
  { feature: 'index methods', pattern: /\bcreate\s+(unique\s+)?index\b[^;]*\busing\b/ },
  { feature: 'JSON columns', pattern: /\b(create|alter)\s+table\b[^;]*\bjsonb?\b/ },
  { feature: 'array columns', pattern: /\b(create|alter)\s+table\b[^;]*\[\]/ },
  {
    feature: 'partitions and inheritance',
    pattern: /\bcreate\b[^;]*\bpartition\s+by\b|\bpartition\s+of\b|\binherits\b/,
  },
  { feature: 'create table as', pattern: /\bcreate\s+table\b[^;(]*\bas\b/ },
  { feature: 'collations', pattern: /\bcollate\b/ },
  { feature: 'materialized views', pattern: /\bmaterialized\s+view\b/ },
  { feature: 'custom types', pattern: /\bcreate\s+(type|domain)\b/ },
  { feature: 'procedural code', pattern: /^\s*do\b|\blanguage\s+plpgsql\b/ },
  { feature: 'advisory locks', pattern: /\bpg_(try_)?advisory/ },
  { feature: 'table locks', pattern: /^\s*lock\b/ },
  { feature: 'listen and notify', pattern: /^\s*(un)?(listen|notify)\b|\bpg_notify\b/ },
  { feature: 'vacuum', pattern: /^\s*(vacuum|cluster|reindex)\b/ },
  { feature: 'cursors', pattern: /^\s*declare\b/ },
  { feature: 'skip locked', pattern: /\b(skip\s+locked|nowait)\b/ },
  { feature: 'data-modifying with', pattern: /\bwith\b[^;]*\bas\s*\(\s*(insert|update|delete)\b/ },
];

/** DSQL's FOR UPDATE takes one table and equality with its whole primary key. */
const FOR_UPDATE = /^\s*select [^;]* from "?\w+"? where "?\w+"? = (\$1|'[^']*') for update\s*$/;

/** The statement without comments, strings' content and case. */
const plain = (statement: string): string =>
  statement
    .replace(/--[^\n]*/g, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .toLowerCase();

/** Names of the features a statement uses that DSQL lacks. */
export function lackedByDsql(statement: string): string[] {
  const text = plain(statement);
  const lacked = rules.filter(({ pattern }) => pattern.test(text)).map(({ feature }) => feature);
  if (/\bfor\s+(no\s+key\s+)?(update|share)\b/.test(text) && !FOR_UPDATE.test(text))
    lacked.push('for update without key');
  return lacked;
}

/** Collects statements and says at the end which of them DSQL would refuse. */
export class DsqlCheck {
  readonly #seen = new Set<string>();
  readonly #refused: string[] = [];

  get statements(): number {
    return this.#seen.size;
  }

  add(statement: string): void {
    if (this.#seen.has(statement)) return;
    this.#seen.add(statement);
    const lacked = lackedByDsql(statement);
    if (lacked.length > 0) this.#refused.push(`${lacked.join(', ')}: ${statement}`);
  }

  /** @throws Error naming each statement that Aurora DSQL lacks something for. */
  verify(): void {
    if (this.#refused.length > 0) throw new Error(`Aurora DSQL would refuse:\n${this.#refused.join('\n')}`);
  }
}
