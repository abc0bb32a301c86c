/** Which role may call what: the one table. `own` is a rep's own leads and tasks. */
import type { Role } from '../store/keys.ts';

type Grant = 'all' | 'own';
type Grants = Readonly<Partial<Record<Role, Grant>>>;

const admin: Grants = { admin: 'all' };
const marketing: Grants = { admin: 'all', marketer: 'all' };
const writers: Grants = { ...marketing, integration: 'all' };
const sales: Grants = { admin: 'all', manager: 'all', rep: 'own' };
const people: Grants = { ...marketing, manager: 'all', rep: 'own' };

export const PERMISSIONS = {
  'leads.write': writers,
  'leads.list': { ...people, integration: 'all' },
  'leads.get': { ...people, integration: 'all' },
  'leads.journal': people,
  'leads.explain': people,
  'leads.preview': people,
  'leads.recycle': people,
  'leads.disqualify': people,
  'leads.requalify': { ...marketing, manager: 'all' },
  'leads.stage': people,
  'leads.claim': { admin: 'all', rep: 'own' },
  'leads.assign': { ...marketing, manager: 'all' },
  'leads.duplicates': { ...writers, manager: 'all' },
  'leads.merge': { ...writers, manager: 'all' },
  'leads.moved': { ...people, integration: 'all' },
  'leads.object': { ...people, integration: 'all' },
  'leads.activity': people,
  'leads.export': marketing,
  'leads.erase': marketing,
  'consents.create': writers,
  'consents.withdraw': writers,
  'erasures.get': marketing,
  'imports.create': writers,
  'imports.get': writers,
  'imports.list': writers,
  'enrollments.create': writers,
  'enrollments.batch': writers,
  'enrollments.list': { ...writers, manager: 'all' },
  'enrollments.get': { ...writers, manager: 'all' },
  'enrollments.pause': writers,
  'enrollments.resume': writers,
  'enrollments.stop': writers,
  'cadences.pause': marketing,
  'cadences.resume': marketing,
  'signals.create': writers,
  'chats.create': writers,
  'chats.list': { ...people, integration: 'all' },
  'chats.get': { ...people, integration: 'all' },
  'chats.accept': { ...sales, integration: 'all' },
  'chats.unanswered': { ...sales, integration: 'all' },
  'chats.end': { ...sales, integration: 'all' },
  'tasks.list': people,
  'tasks.get': people,
  'tasks.draft': people,
  'tasks.accept': sales,
  'tasks.reject': sales,
  'tasks.complete': sales,
  'tasks.skip': sales,
  'tasks.snooze': sales,
  'tasks.reopen': sales,
  'tasks.bulk': sales,
  'tasks.reassign': { admin: 'all', manager: 'all' },
  'reps.put': { admin: 'all', manager: 'all' },
  'reps.get': { ...marketing, manager: 'all', rep: 'own' },
  'reps.calendar': { admin: 'all', manager: 'all', rep: 'own' },
  'reps.list': { ...marketing, manager: 'all' },
  'handoffs.create': { ...marketing, manager: 'all' },
  'deals.write': { admin: 'all', integration: 'all' },
  'deals.list': { ...writers, manager: 'all' },
  'deals.get': { ...writers, manager: 'all' },
  'accounts.list': { ...writers, manager: 'all' },
  'accounts.get': { ...writers, manager: 'all' },
  'suppressions.list': writers,
  'suppressions.create': writers,
  'suppressions.import': marketing,
  'suppressions.export': marketing,
  'suppressions.delete': marketing,
  'suppressions.remove': marketing,
  'playbook.get': { ...marketing, manager: 'all' },
  'playbook.version': { ...marketing, manager: 'all' },
  'playbook.check': marketing,
  'playbook.preview': marketing,
  'playbook.apply': marketing,
  'reports.get': { ...marketing, manager: 'all' },
  'keys.create': admin,
  'wakes.list': admin,
  'history.list': marketing,
  'keys.list': admin,
  'keys.revoke': admin,
  'keys.rotate': admin,
  'webhooks.create': admin,
  'webhooks.list': admin,
  'webhooks.get': admin,
  'webhooks.change': admin,
  'webhooks.delete': admin,
  'webhooks.rotate': admin,
  'webhooks.test': admin,
  'webhooks.deliveries': admin,
  'webhooks.delivery': admin,
  'webhooks.replay': admin,
  'webhooks.replay-dead': admin,
  'sending.pause': marketing,
  'sending.resume': marketing,
  'senders.list': { ...marketing, manager: 'all' },
  'senders.resume': marketing,
  'sending.pauses': { ...marketing, manager: 'all' },
  'hooks.ses': { admin: 'all', integration: 'all' },
  'hooks.inbound': { admin: 'all', integration: 'all' },
} as const satisfies Readonly<Record<string, Grants>>;

export type Operation = keyof typeof PERMISSIONS;

/** What a role may do with an operation; null: nothing. */
export function grantOf(role: Role, operation: Operation): Grant | null {
  const grants: Grants = PERMISSIONS[operation];
  return grants[role] ?? null;
}

/** Roles that may call it, for the docs. */
export const rolesFor = (operation: Operation): readonly string[] =>
  Object.entries(PERMISSIONS[operation]).map(([role, grant]) => (grant === 'own' ? `${role} (own)` : role));
