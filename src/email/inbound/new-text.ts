/** What somebody wrote anew in a reply: without the mail they answer, their signature and what a client adds. */

/** Read at most: nobody writes more by hand, and every line is looked at. */
const READ_MAX = 100_000;
const LINES_MAX = 3_000;

/** `On Tue, 24 Nov 2026 at 10:12, Ann <ann@x.example> wrote:`, on one to three lines. */
const WROTE =
  /^[>\s*-]*(?:on|am|le|el|il|op|em|den|dnia|w dniu|dne|pe|ti|ke|to|på|vào|il giorno|(?:man|tirs?|ons|tors?|fre|lør|søn|mån|tis|lör|sön)(?:dag)?\.?)\s.{4,300}(?:\bwrote|\bschrieb|a [eé]crit|escribi[oó]|ha scritto|schreef|escreveu|skrev|geschreven|napisał(?:a|\(a\))?|pisze|napsal(?:a|\(a\))?|kirjoitti).{0,200}:\s*$/iu;
/** Zoho: `---- On Tue, 24 Nov 2026 10:12:00 +0100 ann@x.example wrote ----`. */
const WROTE_BARE = /^\s*-{0,6}\s*on .{4,100}\b20\d\d\b.{4,200}[^\s<>]@[^\s<>]+>? wrote\s*-{0,6}\s*$/iu;
/** `Ann <ann@x.example> schrieb am Di., 24. Nov. 2026, 10:12:`. */
const NAMED_WROTE =
  /^.{2,160}(?:<[^>\s]+@[^>\s]+>|\([^)\s]+@[^)\s]+\)).{0,20}(?:\bwrote|\bschrieb|a [eé]crit|escribi[oó]|ha scritto|schreef|escreveu|skrev|geschreven|napisał|pisze|napsal|kirjoitti|написа[лв]а?|пишет|írta|yazdı).{0,80}:\s*$/iu;
/** Gmail in some languages: `2026-11-24 10:12 GMT+01:00 Ann <ann@x.example>:`, `2026年11月24日(火) 10:12 Ann <…>:`. */
const DATED = /^\s*\d{4}\s?[-年/.]\s?\d{1,2}.{4,80}(?:<[^>\s]+@[^>\s]+>\s*[:：]?|írta:)\s*$/u;
/** A year, a time of day and an address before a colon: `вт, 24 нояб. 2026 г. в 10:12, Ann <ann@x.example>:`. */
const DATED_ANYHOW = /^(?=.*\b\d{1,2}[:.]\d\d)(?=.*\b(?:19|20)\d\d\b).{10,160}<[^>\s]+@[^>\s]+>[^<>]{0,20}[:：]\s*$/u;
const SEPARATOR =
  /^\s*[-_*]{2,}\s*(?:original(?: message| appointment)?|original-nachricht|urspr(?:ü|ue)ngliche nachricht|message d['’]origine|message original|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|oryginalna wiadomo[sś][cć]|p[uů]vodn[ií] zpr[aá]va|ursprungligt meddelande|oprindelig (?:meddelelse|besked)|eredeti üzenet|исходное сообщение|пересылаемое сообщение|元のメッセージ|原始邮件|opprinnelig melding|alkuper[aä]inen viesti|forwarded message|weitergeleitete nachricht|reply message)\b.*$/iu;
const RULE = /^\s*_{8,}\s*$/;
const FROM_LINE =
  /^[\s>]*\*?(?:from|von|de|da|van|fr[aå]n|fra|od|от|від|felad[oó]|l[aä]hett[aä]j[aä]|gönderen|差出人|发件人|보낸 사람)\s?\*?\s?[:：]\*?\s*\S/iu;
const OTHER_LINE =
  /^[\s>]*\*?(?:sent|gesendet|envoy[eé]|enviad[oa](?: el| em)?|date|datum|verzonden|inviato|data|fecha|skickat|sendt|wys[lł]ano|odesl[aá]no|l[aä]hetetty|to|an|[aà]|para|aan|till|til|do|komu|vastaanottaja|отправлено|кому|дата|тема|c[ií]mzett|subject|betreff|objet|asunto|onderwerp|oggetto|assunto|[aä]mne|emne|temat|p[rř]edm[eě]t|aihe|送信日時|件名|发送时间|收件人|主题)\s?\*?\s?[:：]\*?/iu;
const DEVICE =
  /^\s*(?:sent (?:from|via|with) (?:my |a |the )?[\p{L}\d .,()/-]{2,60}(?:<https?:\/\/\S+>)?|get outlook for (?:ios|android|mac)\b.*|von meinem .{2,40} gesendet|gesendet (?:von|mit) .{2,60}|(?:outlook f[uü]r|holen sie sich outlook) .{2,40}|envoy[eé] (?:de(?:puis)?|[aà] partir de) .{2,60}|t[eé]l[eé]charge[rz] outlook .{2,40}|enviado (?:desde|do|de|a partir do) .{2,60}|obtener outlook .{2,40}|inviato da(?:l)? .{2,60}|scarica outlook .{2,40}|verstuurd vanaf .{2,60}|verzonden (?:vanaf|met) .{2,60}|skickat fr[aå]n .{2,60}|sendt fra .{2,60}|wys[lł]an[eo] z .{2,60}|odesl[aá]no z .{2,60}|l[aä]hetetty .{2,60}|iphone(?:から|から)送信)\s*$/iu;
const REGARDS =
  /^\s*(?:(?:best|kind|kindest|warm|warmest|many|with (?:best|kind))? ?(?:regards|wishes)|best|all the best|cheers|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|thanks(?: again)?|many thanks|thank you|br|rgds|(?:mit )?(?:freundlichen?|besten?|herzlichen?|lieben?|viele[nr]?|sch[oö]nen?) gr(?:ü|u|ue)(?:ß|ss)(?:e|en)?(?: aus .{2,30})?|gr(?:ü|ue)(?:ß|ss)e|mfg|lg|vg|hochachtungsvoll|(?:bien )?cordialement|(?:bien |tr[eè]s )?[aà] vous|meilleures salutations|sinc[eè]res salutations|salutations distingu[eé]es|bonne (?:journ[eé]e|soir[eé]e)|(?:un )?(?:cordial |afectuoso )?saludos?(?: cordiales)?|atentamente|gracias|(?:cordiali|distinti|un cordiale) saluti?|saluti|grazie|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|mvg|groet(?:en|jes)?|(?:com os )?(?:melhores )?cumprimentos|atenciosamente|abra[cç]os?|obrigad[oa]|(?:z powa[zż]aniem|pozdrawiam|pozdrowienia)|s pozdravem|(?:med )?(?:v[aä]nliga?|venlig|vennlig|b[aä]sta|bedste|beste) (?:h[aä]lsningar?|hilsen(?:er)?)|mvh|hilsen|yst[aä]v[aä]llisin terveisin|terveisin|hi)\s*[,.!]?\s*$/iu;
/** More lines than this after a farewell are no signature but text. */
const SIGNATURE_LINES = 25;

/** The new part of a reply's text, bounded by `max` characters; empty when nothing is new. */
export function newText(text: string, max: number): string {
  const own = withoutQuotes(linesOf(text));
  const signed = signatureFrom(own);
  const kept = own
    .slice(0, signed)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return kept.length <= max ? kept : `${kept.slice(0, max - 1).trimEnd()}…`;
}

/** Whether the text has the mail it answers in it. */
export function hasQuote(text: string): boolean {
  const lines = linesOf(text);
  return lines.some((line, n) => /^\s?>/.test(line) || quoteHeader(lines, n) > 0);
}

const linesOf = (text: string): readonly string[] =>
  text
    .slice(0, READ_MAX)
    .replace(/\r\n?/g, '\n')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/\u00a0/g, ' ')
    .split('\n', LINES_MAX)
    .map((line) => line.trimEnd());

/** The lines that are not somebody else's. Answers between and below quoted lines are kept. */
function withoutQuotes(lines: readonly string[]): string[] {
  const own: string[] = [];
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n] ?? '';
    if (/^\s?>/.test(line)) continue;
    const header = quoteHeader(lines, n);
    if (header === 0) {
      own.push(line);
      continue;
    }
    // `On … wrote:` over lines marked with `>`: only those are quoted.
    const next = lines.slice(n + header).find((one) => one !== '');
    if (next === undefined || !/^\s?>/.test(next)) break;
    n += header - 1;
  }
  // The rule that a client draws above what is answered.
  while (/^\s*(?:[-_*=]{4,}\s*)?$/.test(own.at(-1) ?? 'text')) own.pop();
  return own;
}

/** How many lines from here introduce the mail that is answered; 0: none. */
function quoteHeader(lines: readonly string[], n: number): number {
  const line = lines[n] ?? '';
  if (line.trim() === '') return 0;
  if (SEPARATOR.test(line) || DATED.test(line) || DATED_ANYHOW.test(line)) return 1;
  const below = lines.slice(n + 1, n + 7).filter((one) => one.trim() !== '');
  if (RULE.test(line)) return FROM_LINE.test(below[0] ?? '') ? 1 : 0;
  // Hotmail and GMX begin with the date.
  if (OTHER_LINE.test(line) && below.slice(0, 3).some((one) => FROM_LINE.test(one))) {
    if (below.slice(0, 4).filter((one) => OTHER_LINE.test(one)).length >= 2) return 1;
  }
  if (FROM_LINE.test(line) && below.slice(0, 4).filter((one) => OTHER_LINE.test(one)).length >= 2) return 1;
  let joined = '';
  for (let count = 1; count <= 3; count++) {
    const part = lines[n + count - 1]?.trim();
    if (part === undefined || part === '' || (count > 1 && part.startsWith('>') && part !== '>:')) break;
    joined = joined === '' ? part : `${joined} ${part}`.replace('< ', '<');
    if (joined.length > 500) break;
    if (
      WROTE.test(joined) ||
      WROTE_BARE.test(joined) ||
      (/\d{4}/.test(line) && DATED_ANYHOW.test(joined)) ||
      (line.includes('@') && NAMED_WROTE.test(joined))
    )
      return count;
  }
  return 0;
}

/** Where the signature begins; the end when there is none, or nothing would be left before it. */
function signatureFrom(lines: readonly string[]): number {
  let end = lines.length;
  const cut = (n: number): void => {
    if (n < end && lines.slice(0, n).some((line) => line.trim() !== '')) end = n;
  };
  const marked = lines.findIndex((line) => /^\s*-- ?$/.test(line));
  if (marked >= 0) end = marked;
  const dashed = lines.slice(0, end).findLastIndex((line) => /^\s*(?:—+|–+)\s*$/.test(line));
  if (dashed >= 0 && lines.slice(dashed + 1, end).filter((line) => line !== '').length <= 8) cut(dashed);
  cut(indexOrEnd(lines, (line) => DEVICE.test(line)));
  const rest = lines.slice(0, end);
  const farewell = rest.findLastIndex((line) => REGARDS.test(line));
  if (farewell >= 0 && rest.slice(farewell + 1).filter((line) => line !== '').length <= SIGNATURE_LINES) cut(farewell);
  return end;
}

function indexOrEnd(lines: readonly string[], test: (line: string) => boolean): number {
  const n = lines.findIndex(test);
  return n < 0 ? lines.length : n;
}
