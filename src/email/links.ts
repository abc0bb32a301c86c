/** What links in mails are made with. */
export interface MailSettings {
  /** Signs the links and reply addresses. */
  readonly secret: string;
  /** Where leads and reps reach the pages; no slash at the end. */
  readonly publicUrl: string;
}
