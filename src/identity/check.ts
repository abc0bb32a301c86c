/** Looks at a sending domain as a receiver and as SES do, and says what to add to DNS. */

import { type Dmarc, readDmarc } from './dmarc.ts';
import type { Dns } from './dns.ts';
import { aligned, upward } from './domains.ts';
import type { Check, DnsRecord, Finding, Verdict } from './finding.ts';
import type { Ses, SesAccount, SesIdentity } from './ses.ts';
import { MOST_LOOKUPS, readSpf } from './spf.ts';

export interface Looking {
  readonly dns: Dns;
  readonly ses: Ses;
}

/** Regions whose DKIM keys are not under `dkim.amazonses.com` (SES Developer Guide, "DKIM domains"). */
const OWN_DKIM = new Set([
  'af-south-1',
  'ap-northeast-3',
  'ap-southeast-3',
  'eu-south-1',
  'il-central-1',
  'us-gov-east-1',
]);

/** Everything about one domain mail is sent from. Never throws: what does not answer is `unknown`. */
export async function checkSender(domain: string, looking: Looking): Promise<Finding[]> {
  const { dns, ses } = looking;
  const asked = upward(domain);
  const known = await ses.identities(asked).catch((error: unknown) => wordsOf(error));
  if (typeof known === 'string') {
    return [{ domain, check: 'ses-identity', verdict: 'unknown', detail: `SES does not answer: ${known}` }];
  }
  // The nearest one is used, verified or not: SES looks no further up.
  const name = asked.find((candidate) => known.has(candidate));
  const identity = name === undefined ? undefined : known.get(name);
  const dmarc = await readDmarc(dns, domain);
  const [keys, spf] = await Promise.all([
    dkimFinding(domain, name, identity, looking),
    spfFindings(domain, identity, looking),
  ]);
  return [identityFinding(domain, name, identity), keys, dmarcFinding(domain, dmarc, name, identity), ...spf];
}

/** Whether replies to a domain arrive anywhere. */
export async function checkReplies(domain: string, { dns, ses }: Looking): Promise<Finding> {
  const answer = await dns.mx(domain);
  const say = finding(domain, 'mx');
  if (answer.kind === 'failed') return say('unknown', `its MX could not be read (${answer.why})`);
  // RFC 7505: an MX of "." says that there is no mail.
  const hosts =
    answer.kind === 'none' ? [] : answer.values.map(({ exchange }) => exchange).filter((host) => host !== '');
  const inbound = `inbound-smtp.${ses.region}.amazonaws.com`;
  if (hosts.length === 0) {
    return say('wrong', 'it has no MX: replies bounce', {
      add: [{ name: domain, type: 'MX', value: `10 ${inbound}` }],
    });
  }
  return say('ok', `replies go to ${hosts.join(', ')}`);
}

export async function checkAccount(ses: Ses): Promise<Finding> {
  const say = finding(ses.region, 'ses-account');
  const account = await ses.account().catch((error: unknown) => wordsOf(error));
  if (typeof account === 'string') return say('unknown', `SES does not answer: ${account}`);
  const quota = `${account.perSecond} a second, ${account.sentLast24Hours} of ${account.per24Hours} sent in 24 hours`;
  if (!account.sendingEnabled) {
    return say('wrong', 'sending is paused for the account', {
      fix: 'The SES console says why; `aws ses update-account-sending-enabled --enabled` resumes it.',
    });
  }
  if (inSandbox(account)) {
    return say('wrong', `it looks like the sandbox (${quota}): only verified addresses get mail`, {
      fix: 'Ask for production access in the SES console, under Account dashboard.',
    });
  }
  if (account.sentLast24Hours >= account.per24Hours) return say('wrong', `the quota is used up: ${quota}`);
  return say('ok', quota);
}

/** The quota of every new account; the query API has no other sign. */
const inSandbox = ({ perSecond, per24Hours }: SesAccount): boolean => perSecond <= 1 && per24Hours <= 200;

function identityFinding(domain: string, name: string | undefined, identity: SesIdentity | undefined): Finding {
  const say = finding(domain, 'ses-identity');
  if (identity === undefined || name === undefined) {
    return say('wrong', 'SES does not know it', {
      fix: `aws ses verify-domain-dkim --domain ${domain}; then run doctor again: it lists the records to add`,
    });
  }
  const as = name === domain ? '' : ` as ${name}`;
  if (identity.verified) return say('ok', `verified${as}`);
  return say('wrong', `SES says ${identity.status}${as}`, {
    fix: 'SES verifies it when it finds the DKIM records below, within 72 hours; for longer, start again in its console.',
  });
}

async function dkimFinding(
  domain: string,
  name: string | undefined,
  identity: SesIdentity | undefined,
  { dns, ses }: Looking,
): Promise<Finding> {
  const say = finding(domain, 'dkim');
  if (identity === undefined || name === undefined) return say('wrong', 'nothing signs it: SES does not know it');
  const { enabled, status, tokens } = identity.dkim;
  if (tokens.length === 0) {
    return say('wrong', 'SES has no keys for it', { fix: `aws ses verify-domain-dkim --domain ${name}` });
  }
  const host = OWN_DKIM.has(ses.region) ? `dkim.${ses.region}.amazonses.com` : 'dkim.amazonses.com';
  const looks = await Promise.all(tokens.map((token) => keyAt(dns, `${token}._domainkey.${name}`)));
  const missing = tokens.filter((_, n) => looks[n] === 'none');
  const add = missing.map(
    (token): DnsRecord => ({ name: `${token}._domainkey.${name}`, type: 'CNAME', value: `${token}.${host}` }),
  );
  if (missing.length > 0) return say('wrong', `${missing.length} of ${tokens.length} keys are not in DNS`, { add });
  if (!enabled) {
    return say('wrong', 'SES does not sign', {
      fix: `aws ses set-identity-dkim-enabled --identity ${name} --dkim-enabled`,
    });
  }
  if (looks.includes('failed')) return say('unknown', 'its keys could not be read');
  if (status !== 'Success') {
    return say('wrong', `the keys are in DNS, and SES still says ${status}`, {
      fix: 'SES looks again by itself, for 72 hours.',
    });
  }
  return say('ok', `${tokens.length} keys, signed as ${name}`);
}

/** SES's CNAME, or a key of one's own as TXT. */
async function keyAt(dns: Dns, name: string): Promise<'found' | 'none' | 'failed'> {
  const alias = await dns.cname(name);
  if (alias.kind === 'failed') return 'failed';
  if (alias.kind === 'found') return alias.values.some((value) => value.endsWith('.amazonses.com')) ? 'found' : 'none';
  const key = await dns.txt(name);
  if (key.kind === 'failed') return 'failed';
  return key.kind === 'found' && key.values.some((value) => /(?:^|;)\s*p=[A-Za-z0-9+/]/.test(value)) ? 'found' : 'none';
}

function dmarcFinding(
  domain: string,
  dmarc: Dmarc,
  name: string | undefined,
  identity: SesIdentity | undefined,
): Finding {
  const say = finding(domain, 'dmarc');
  const add = [
    { name: `_dmarc.${domain}`, type: 'TXT', value: `v=DMARC1; p=none; rua=mailto:dmarc@${domain}` },
  ] as const;
  switch (dmarc.kind) {
    case 'failed':
      return say('unknown', `its DMARC record could not be read (${dmarc.why})`);
    case 'none':
      return say('wrong', 'it has no DMARC record: Gmail, Yahoo and Outlook refuse bulk mail of it', { add });
    case 'broken':
      return say('wrong', `${dmarc.at}: ${dmarc.why}`, { add: [{ ...add[0], name: dmarc.at }] });
    case 'found': {
      const byDkim = name !== undefined && aligned(name, domain, dmarc.adkim);
      const from = identity?.mailFrom;
      const bySpf = from?.status === 'Success' && aligned(from.domain, domain, dmarc.aspf);
      if (name !== undefined && !byDkim && !bySpf) {
        return say('wrong', `signed as ${name}, which is not ${domain}, and adkim=s asks for the same`, {
          fix: `Make ${domain} an identity of its own in SES, or set adkim=r in ${dmarc.at}.`,
        });
      }
      const how = [byDkim ? 'DKIM' : '', bySpf ? 'SPF' : ''].filter((word) => word !== '').join(' and ');
      const detail = `p=${dmarc.policy} at ${dmarc.at}${how === '' ? '' : `, aligned by ${how}`}`;
      return dmarc.reports.length > 0
        ? say('ok', detail)
        : say('advice', `${detail}; nobody gets its reports`, { fix: `Add rua=mailto:… to ${dmarc.at}.` });
    }
  }
}

/** SPF is asked about the envelope's sender: the MAIL FROM domain where there is one, else SES's own. */
async function spfFindings(
  domain: string,
  identity: SesIdentity | undefined,
  { dns, ses }: Looking,
): Promise<Finding[]> {
  const from = identity?.mailFrom;
  const at = from?.domain ?? domain;
  const say = finding(domain, 'spf');
  const spf = await readSpf(dns, at);
  const records = (value: string): DnsRecord[] => [{ name: at, type: 'TXT', value }];
  const fresh = 'v=spf1 include:amazonses.com ~all';
  const found: Finding[] = from === undefined ? [] : [mailFrom(domain, from, ses.region)];
  if (spf.kind === 'failed')
    return [...found, say('unknown', `the SPF record of ${at} could not be read (${spf.why})`)];
  // Without a MAIL FROM domain SES sends as its own: SPF passes there, and DMARC goes by DKIM.
  const needed = from === undefined ? 'advice' : 'wrong';
  if (spf.kind === 'none') return [...found, say(needed, `${at} has no SPF record`, { add: records(fresh) })];
  if (spf.problems.length > 0) {
    return [...found, say('wrong', `${at}: ${spf.problems.join('; ')}`, { fix: `Correct "${spf.record}".` })];
  }
  if (!spf.ses) {
    const value = spf.record.replace(/ ?([~?+-]?all)?$/i, (_, all: string = '~all') => ` include:amazonses.com ${all}`);
    const detail = `the SPF record of ${at} does not name SES; replace it`;
    return [...found, say(needed, detail, { add: records(value) })];
  }
  return [...found, say('ok', `${at} names SES, ${spf.lookups} of ${MOST_LOOKUPS} lookups`)];
}

function mailFrom(domain: string, from: NonNullable<SesIdentity['mailFrom']>, region: string): Finding {
  const say = finding(domain, 'mail-from');
  if (from.status === 'Success') return say('ok', `bounces go to ${from.domain}`);
  return say('wrong', `SES says ${from.status} of the MAIL FROM domain ${from.domain}`, {
    add: [{ name: from.domain, type: 'MX', value: `10 feedback-smtp.${region}.amazonses.com` }],
  });
}

const finding =
  (domain: string, check: Check) =>
  (verdict: Verdict, detail: string, more: Pick<Finding, 'fix' | 'add'> = {}): Finding => ({
    domain,
    check,
    verdict,
    detail,
    ...more,
  });

/** The SDK names requests and hosts in its errors, never an address: it was asked about domains. */
const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
