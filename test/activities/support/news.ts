/** One email to everybody at any hour. Without vitest, for processes beside the test's own. */
import type { Playbook } from '../../../src/core/playbook.ts';
import { always, cadence, email, inARow, playbook, template } from '../../core/support/playbook.ts';

export const NEWS: Playbook = playbook({
  hash: 'news',
  cadences: {
    news: cadence('news', {
      entry: { when: always, again: { kind: 'once' } },
      window: {
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        from: '00:00',
        to: '23:59',
        zones: ['company'],
      },
      ...inARow(email('letter')),
    }),
  },
  emails: { letter: template('letter') },
});
