/**
 * Where a request that keeps to its schema may be answered 400: the rule is about two values, or about now, and a
 * schema cannot say it. Everywhere else such an answer fails the run.
 */
export const REFUSALS: Readonly<Record<string, string>> = {
  'leads.explain': '`at` must not lie ahead',
  'keys.create': '`expires` must lie ahead',
  'keys.rotate': '`expires` must lie ahead',
  'consents.create': '`expires` must be later than `at`',
  'deals.write': '`at` must not lie ahead',
  'reports.get': '`from` must be earlier than `to`, and `model` goes with one report',
  'reps.put': 'working hours must begin before they end, and an absence too',
  'tasks.snooze': '`until` must lie ahead',
  'hooks.ses': 'what an event looks like is said by the mail service',
  'suppressions.list': 'at most one of five parameters',
};
