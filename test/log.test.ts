import { describe, expect, it } from 'vitest';
import { createLog } from '../src/log.ts';

function logged(format: 'json' | 'pretty', write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  write(
    createLog(
      { level: 'info', format },
      {
        write: (line) => {
          text += line;
        },
      },
    ),
  );
  return text;
}

describe.each(['json', 'pretty'] as const)('the log as %s', (format) => {
  it('keeps ids and drops what a person entered, however deep', () => {
    const text = logged(format, (log) =>
      log.info(
        { leadId: 'lead-1', email: 'ada@corp.example', lead: { firstName: 'Ada', deep: { phone: '+44 1' } } },
        'taken in',
      ),
    );
    expect(text).toContain('lead-1');
    expect(text).toContain('taken in');
    for (const word of ['ada@', 'Ada', '+44']) expect(text).not.toContain(word);
  });

  it('takes addresses out of messages and errors', () => {
    const text = logged(format, (log) => {
      log.warn('cannot reach ada@corp.example today');
      log.error({ err: new Error('550 no such user <ada@corp.example>') }, 'failed');
    });
    expect(text).not.toContain('ada@corp.example');
    expect(text).toContain('550 no such user <[address]>');
  });

  it('is silent below its level', () => {
    expect(logged(format, (log) => log.debug('details'))).toBe('');
  });
});
