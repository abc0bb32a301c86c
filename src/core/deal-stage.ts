/** The stages of deals: the CRM’s own words, of which two end a deal. */

/** Stages that close a deal; every other one is open. */
export const WON = 'won';
export const LOST = 'lost';

export const CLOSED_STAGES = [WON, LOST] as const;

export const isOpenDeal = (stage: string): boolean => stage !== WON && stage !== LOST;

/** How CRMs call the two ends: HubSpot `closedwon`, Salesforce `Closed Won`. */
const ENDS: ReadonlyMap<string, string> = new Map([
  ['closedwon', WON],
  ['closed-won', WON],
  ['closedlost', LOST],
  ['closed-lost', LOST],
]);

/** A CRM's stage as playbooks name it: lower-case words joined by hyphens, `Closed Won` is `won`. */
export function dealStageOf(text: string): string {
  const slug = text
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return ENDS.get(slug) ?? slug;
}
