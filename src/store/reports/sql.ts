/** Pieces of SQL that several statements are made of. */

/** The instant lies in the period of the report. */
export const inPeriod = (column: string): string => `${column} >= :from and ${column} < :to`;

/**
 * The median of a column, without `percentile_cont`, which Aurora DSQL lacks: `ranks` numbers the
 * rows of a group in a subquery, `median` takes the mean of the one or two in the middle.
 */
export const ranks = (by: string, group: string): string =>
  `row_number() over (partition by ${group}${group === '' ? '' : ', '}${by} is null order by ${by}) as nth,
    count(${by}) over (${group === '' ? '' : `partition by ${group}`}) as n`;
export const median = (value: string, where?: string): string =>
  `avg(${value}) filter (where ${where === undefined ? '' : `${where} and `}nth in ((n + 1) / 2, (n + 2) / 2))`;

/** A later stage, in the order of the playbook in force. */
export const isLater = (stage: string, than: string): string =>
  `coalesce(array_position(cast(:stages as text[]), ${stage})
      > array_position(cast(:stages as text[]), ${than}), false)`;

/** Epoch milliseconds of an instant. */
export const epoch = (column: string): string => `cast(extract(epoch from ${column}) as double precision) * 1000`;
