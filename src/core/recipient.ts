/** Whom of our own people a journal entry concerns. */

/**
 * `rep:ID`, `manager:POOL`, `team:marketing`, `team:sales` or `address:EMAIL`. Who that is and
 * whether they want to be told is looked up when it goes out.
 */
export type Recipient = `${'rep' | 'manager' | 'team' | 'address'}:${string}`;

export const isRecipient = (text: string): text is Recipient => /^(rep|manager|team|address):./.test(text);

export interface Notice {
  /** Number of the entry in the lead's journal. */
  readonly seq: number;
  readonly to: Recipient;
}
