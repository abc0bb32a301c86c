/**
 * Words of dates in the languages out-of-office replies come in: English, German, French, Spanish, Italian,
 * Dutch, Portuguese, Polish, Czech, Swedish, Danish, Norwegian and Finnish. Compared in lower case and
 * without accents, so that `decembre` and `décembre` are one.
 */

/** Lower case, no accents, one kind of space and apostrophe. Keeps the length of the text. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[\u0080-\uffff]/g, (sign) => SIGNS[sign] ?? plainSign(sign));
}

const SIGNS: Readonly<Record<string, string>> = { ß: 's', ł: 'l', ø: 'o', æ: 'a', đ: 'd', ı: 'i', '’': "'", '‘': "'" };

function plainSign(sign: string): string {
  if (/\s/.test(sign)) return ' ';
  const bare = sign.normalize('NFD').replace(/\p{M}/gu, '');
  return /^[a-z]$/.test(bare) ? bare : sign;
}

/** The months' names and their usual short forms, without accents. */
const MONTHS: readonly string[] = [
  'jan|january|januar|janvier|janv|enero|ene|gennaio|januari|janeiro|janner|stycznia|ledna|tammikuuta',
  'feb|february|februar|fevrier|fevr|febrero|febbraio|februari|fevereiro|fev|lutego|unora|helmikuuta',
  'mar|march|marz|maerz|mars|marzo|maart|mrt|marco|marca|marts|brezna|maaliskuuta',
  'apr|april|avril|avr|abril|abr|aprile|kwietnia|dubna|huhtikuuta',
  'may|mai|mayo|maggio|mei|maio|maja|maj|kvetna|toukokuuta',
  'jun|june|juni|juin|junio|giugno|giu|junho|czerwca|cervna|kesakuuta',
  'jul|july|juli|juillet|juil|julio|luglio|lug|julho|lipca|cervence|heinakuuta',
  'aug|august|aout|agosto|augustus|augusti|sierpnia|srpna|elokuuta',
  'sep|sept|september|septembre|septiembre|setiembre|settembre|setembro|wrzesnia|zari|syyskuuta',
  'oct|okt|october|oktober|octobre|octubre|ottobre|outubro|pazdziernika|rijna|lokakuuta',
  'nov|november|novembre|noviembre|novembro|listopada|listopadu|marraskuuta',
  'dec|dez|des|dic|december|dezember|decembre|diciembre|dicembre|dezembro|desember|grudnia|prosince|joulukuuta',
];
const MONTH_OF = new Map(MONTHS.flatMap((names, n) => names.split('|').map((name) => [name, n + 1] as const)));

/** The month a plain word names, 1 to 12. */
export const monthOf = (word: string): number | undefined => MONTH_OF.get(word);

/** Beginnings of the days' names, Monday first. */
const WEEKDAYS: readonly string[] = [
  'monday|montag|lundi|lunes|lunedi|maandag|segunda|poniedzial|pondel|mandag|maanantai',
  'tuesday|dienstag|mardi|martes|martedi|dinsdag|terca|wtorek|utery|tisdag|tirsdag|tiistai',
  'wednesday|mittwoch|mercredi|miercoles|mercoledi|woensdag|quarta|srod|stredu|onsdag|keskiviik',
  'thursday|donnerstag|jeudi|jueves|giovedi|donderdag|quinta|czwartek|ctvrtek|torsdag|torstai',
  'friday|freitag|vendredi|viernes|venerdi|vrijdag|sexta|piatek|patek|fredag|perjantai',
  'saturday|samstag|sonnabend|samedi|sabado|sabato|zaterdag|sobot|lordag|lauantai',
  'sunday|sonntag|dimanche|domingo|domenica|zondag|niedziel|nedel|sondag|sunnuntai',
];

/** A plain text that names a weekday. */
export const WEEKDAY = new RegExp(`\\b(?:${WEEKDAYS.join('|')})`, 'g');

/** The weekday a plain word names, 1 (Monday) to 7. */
export function weekdayOf(word: string): number | undefined {
  const n = WEEKDAYS.findIndex((names) => names.split('|').some((name) => word.startsWith(name)));
  return n < 0 ? undefined : n + 1;
}

export const TOMORROW =
  /\b(?:tomorrow|demain|manana|domani|amanha|jutro|zitra|imorgon|i morgon|i morgen|huomenna|morgen)\b/;
export const NEXT_WEEK =
  /\b(?:next week|(?:nachste|kommende|nachster) woche|la semaine prochaine|la proxima semana|la semana que viene|la prossima settimana|volgende week|na proxima semana|w przyszlym tygodniu|pristi tyden|nasta vecka|naeste uge|neste uke|ensi viikolla)\b/;
