/** What is wrong with a template, and where: UTF-16 units from its start. */
export interface Mistake {
  readonly offset: number;
  readonly message: string;
  readonly expected: string;
  /** The rule is newer than playbooks that leads are still in: of those it is not asked. */
  readonly recent?: boolean;
}
