/** What a deployment counts about itself, and when somebody must be told. Names are findings of the report on health. */
export const NAMESPACE = 'Volley';

/** Counted with every sweep, so that its absence says that nothing sweeps. */
export const PULSE = 'sweeps';

interface Figure {
  readonly above: number;
  readonly means: string;
}

export const FIGURES = {
  'leads-failing': { above: 0, means: 'What a lead is due for fails again and again.' },
  'touches-unconfirmed': { above: 0, means: 'Nobody knows whether an email went: the call to SES was cut off.' },
  'touches-stuck': { above: 0, means: 'An email has been on its way for over an hour.' },
  'touches-late': { above: 0, means: 'Emails are over an hour past their time.' },
  'wakes-late': { above: 0, means: 'Leads should have been woken over an hour ago.' },
  'inputs-unread': { above: 0, means: 'Signals have been read by nobody for over an hour.' },
  'deliveries-dead': { above: 0, means: 'A webhook or a mail to a rep was given up.' },
  'deliveries-late': { above: 0, means: 'Webhooks or mails to reps are over an hour past their time.' },
  'sender-not-ready': { above: 0, means: 'Mail is held: a sending domain is not ready.' },
  'erasures-open': { above: 0, means: 'A person asked to be erased over an hour ago and is not yet.' },
  'slas-breached': { above: 0, means: 'A handoff has had no answer by the time agreed, and has none yet.' },
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof FIGURES;
