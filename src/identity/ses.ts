/** What SES says about the account and its identities: read only, and asked again when it is throttled. */
import {
  GetAccountSendingEnabledCommand,
  GetIdentityDkimAttributesCommand,
  GetIdentityMailFromDomainAttributesCommand,
  GetIdentityVerificationAttributesCommand,
  GetSendQuotaCommand,
  SESClient,
  type SESClientConfig,
} from '@aws-sdk/client-ses';

export interface SesIdentity {
  readonly verified: boolean;
  /** SES's word: `Success, Pending, Failed, TemporaryFailure, NotStarted`. */
  readonly status: string;
  readonly dkim: { readonly enabled: boolean; readonly status: string; readonly tokens: readonly string[] };
  readonly mailFrom?: { readonly domain: string; readonly status: string };
}

export interface SesAccount {
  readonly sendingEnabled: boolean;
  readonly perSecond: number;
  readonly per24Hours: number;
  readonly sentLast24Hours: number;
}

export interface Ses {
  readonly region: string;
  account(): Promise<SesAccount>;
  /** By domain; those SES has never heard of are not there. At most 100. */
  identities(domains: readonly string[]): Promise<ReadonlyMap<string, SesIdentity>>;
  close(): void;
}

export type SesConfig = Required<Pick<SESClientConfig, 'region'>> & Pick<SESClientConfig, 'endpoint' | 'credentials'>;

/** Throws what the SDK throws. */
export function createSes(config: SesConfig & { readonly region: string }): Ses {
  const client = new SESClient({ ...config, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } });
  return {
    region: config.region,
    async account() {
      const [{ Enabled = true }, quota] = await Promise.all([
        client.send(new GetAccountSendingEnabledCommand({})),
        client.send(new GetSendQuotaCommand({})),
      ]);
      return {
        sendingEnabled: Enabled,
        perSecond: quota.MaxSendRate ?? 0,
        per24Hours: quota.Max24HourSend ?? 0,
        sentLast24Hours: quota.SentLast24Hours ?? 0,
      };
    },
    async identities(domains) {
      const asked = { Identities: [...domains] };
      const [verification, dkim, mailFrom] = await Promise.all([
        client.send(new GetIdentityVerificationAttributesCommand(asked)),
        client.send(new GetIdentityDkimAttributesCommand(asked)),
        client.send(new GetIdentityMailFromDomainAttributesCommand(asked)),
      ]);
      return new Map(
        Object.entries(verification.VerificationAttributes ?? {}).map(([domain, { VerificationStatus = '' }]) => {
          const keys = dkim.DkimAttributes?.[domain];
          const from = mailFrom.MailFromDomainAttributes?.[domain];
          const identity: SesIdentity = {
            verified: VerificationStatus === 'Success',
            status: VerificationStatus,
            dkim: {
              enabled: keys?.DkimEnabled ?? false,
              status: keys?.DkimVerificationStatus ?? 'NotStarted',
              tokens: keys?.DkimTokens ?? [],
            },
            ...(from?.MailFromDomain === undefined || from.MailFromDomain === ''
              ? {}
              : { mailFrom: { domain: from.MailFromDomain, status: from.MailFromDomainStatus ?? '' } }),
          };
          return [domain, identity] as const;
        }),
      );
    },
    close: () => client.destroy(),
  };
}
