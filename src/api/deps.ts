/** What the API works with, and what it knows of a request. */
import type { Clock } from '../clock.ts';
import type { Sns } from '../email/sns.ts';
import type { Logger } from '../log.ts';
import type { PlaybookCache } from '../playbook/index.ts';
import type { Database } from '../store/db.ts';
import type { Role } from '../store/keys.ts';

export interface ApiDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly playbooks: PlaybookCache;
  /** Tells leads to look at their inbox; called after the commit, and may fail. */
  readonly nudger: { nudge(leadIds: readonly string[]): Promise<void> };
  /** Starts the workflow that takes an import's pages in; starting it twice must be harmless. */
  readonly startImport: (importId: string) => Promise<void>;
  /** Ends the workflows of leads that are erased, and deletes what the engine keeps of them. */
  readonly forgetRuns: (leadIds: readonly string[]) => Promise<{ readonly found: number }>;
  readonly config: {
    /** Signs links; at least 32 characters. */
    readonly secret: string;
    /** Without a slash at the end. */
    readonly publicUrl: string;
  };
  /** Who may post as SNS; absent: SNS messages need the token of the address, and are not verified. */
  readonly sns?: Sns;
  /** Who is behind a token that is none of our keys; null: nobody. Absent: there are keys only. */
  readonly signedIn?: (token: string) => Promise<Caller | null>;
  readonly log: Logger;
  /** Further things `/readyz` asks, by name; each rejects when it is not ready. */
  readonly checks?: Readonly<Record<string, () => Promise<void>>>;
}

export interface Caller {
  /** Id of the API key, or of whoever has signed in. */
  readonly keyId: string;
  readonly role: Role;
  /** Whose key it is; only with role `rep`. */
  readonly rep: string | null;
  /** Who the journal says it was. */
  readonly by: string;
}

export interface ApiEnv {
  Variables: { caller: Caller };
}
