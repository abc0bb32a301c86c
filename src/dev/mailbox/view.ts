/** Takes a kept message apart for reading. Done only when somebody looks: parsing costs more than keeping. */

export interface ReadMail {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly html: string | undefined;
  readonly text: string | undefined;
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly bytes: number }[];
}

export async function readMail(raw: Buffer): Promise<ReadMail> {
  const { simpleParser } = await import('mailparser');
  const mail = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true });
  return {
    headers: mail.headerLines.map(({ line }) => {
      const [, name = '', value = ''] = /^([^:]*):\s*([\s\S]*)$/.exec(line) ?? [];
      return { name, value: value.replace(/\r?\n[ \t]+/g, ' ') };
    }),
    html: mail.html === false ? undefined : mail.html,
    text: mail.text,
    attachments: mail.attachments.map(({ filename, contentType, size }) => ({
      name: filename ?? 'unnamed',
      type: contentType,
      bytes: size,
    })),
  };
}
