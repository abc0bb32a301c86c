/** What is uploaded: the code of each function, and what the schema is. */
import type { Code } from 'aws-cdk-lib/aws-lambda';

export interface Asset {
  readonly code: Code;
  /** Folder it was built in. */
  readonly folder: string;
}

export interface Assets {
  readonly api: Asset;
  readonly events: Asset;
  readonly inbound: Asset;
  readonly sweep: Asset;
  readonly migrate: Asset;
  /** Both Lambda workers, by entry, and the long-lived one. */
  readonly worker: Asset & {
    /** Version of the workflows: the hash of their bundle. */
    readonly buildId: string;
  };
  /** Hash over all migrations. */
  readonly migrations: string;
}
