/**
 * What holds back the touches of many leads at once: rows of `pauses`, looked at in the moment of each
 * send. Some are made by people, some by rules; a cadence's id has no colon, so that it is none of the others.
 */
import type { Cadence } from './playbook.ts';
import type { Reason } from './reasons.ts';

/** All sending, by a person. */
export const EVERYTHING = '*';

/** By rules: the domain mail would be from is not ready, or has too many bounces or complaints; the mail service's quota of 24 hours is used up. */
export const HOLDS = {
  'sender:marketing': 'sender-not-ready',
  'sender:sales': 'sender-not-ready',
  'stop:marketing': 'sending-stopped',
  'stop:sales': 'sending-stopped',
  'quota:marketing': 'quota-exhausted',
  'quota:all': 'quota-exhausted',
} as const satisfies Readonly<Record<string, Reason>>;
export type Hold = keyof typeof HOLDS;

export const isHold = (scope: string): scope is Hold => Object.hasOwn(HOLDS, scope);

/** Whatever may hold back a touch of this cadence; the first that is paused is told. */
export const scopesOf = ({ id, purpose }: Pick<Cadence, 'id' | 'purpose'>): readonly string[] => [
  EVERYTHING,
  id,
  // Whose address it is from, as `company.from` has it.
  ...(purpose === 'sales' ? ['stop:sales', 'sender:sales'] : ['stop:marketing', 'sender:marketing']),
  ...(purpose === 'marketing' ? ['quota:marketing'] : []),
  'quota:all',
];

/** Why a touch is held, in the journal's words. */
export const reasonOfScope = (scope: string): Reason =>
  isHold(scope) ? HOLDS[scope] : scope.startsWith('arm:') ? 'arm-stopped' : 'sending-paused';
