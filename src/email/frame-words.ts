/**
 * What the frame of every email says, in the languages we know. `{{ lead.email }}` and `{{ company.name }}`
 * are filled in like any value.
 */
import { languageRange } from '../core/language.ts';
import type { Purpose } from '../core/playbook.ts';

export interface FrameWords {
  /** Why somebody gets this mail, by whose cadence sends it. Liquid. */
  readonly why: Readonly<Record<Purpose, string>>;
  readonly unsubscribe: string;
  /** Between a word and what follows it. */
  readonly colon: string;
}

const frame = (marketing: string, sales: string, service: string, unsubscribe: string, colon = ': '): FrameWords => ({
  why: { marketing, sales, service },
  unsubscribe,
  colon,
});

const ENGLISH = frame(
  'You receive this email at {{ lead.email }} because you shared your details with {{ company.name }}, or because what we do concerns your work.',
  'You receive this email at {{ lead.email }} because you or your colleagues have been in touch with {{ company.name }}.',
  'You receive this email at {{ lead.email }} because of what {{ company.name }} does for you.',
  'Unsubscribe',
);

const WORDS: Readonly<Record<string, FrameWords>> = {
  en: ENGLISH,
  de: frame(
    'Sie erhalten diese E-Mail an {{ lead.email }}, weil Sie {{ company.name }} Ihre Kontaktdaten gegeben haben oder weil unser Angebot Ihre Arbeit betrifft.',
    'Sie erhalten diese E-Mail an {{ lead.email }}, weil Sie oder Ihre Kolleginnen und Kollegen mit {{ company.name }} in Kontakt waren.',
    'Sie erhalten diese E-Mail an {{ lead.email }} wegen einer Leistung, die {{ company.name }} für Sie erbringt.',
    'Abmelden',
  ),
  fr: frame(
    'Vous recevez cet e-mail à l’adresse {{ lead.email }} parce que vous avez communiqué vos coordonnées à {{ company.name }}, ou parce que notre activité concerne votre travail.',
    'Vous recevez cet e-mail à l’adresse {{ lead.email }} parce que vous ou vos collègues avez été en contact avec {{ company.name }}.',
    'Vous recevez cet e-mail à l’adresse {{ lead.email }} dans le cadre d’un service que {{ company.name }} vous fournit.',
    'Se désabonner',
    ' : ',
  ),
  es: frame(
    'Recibe este correo en {{ lead.email }} porque facilitó sus datos a {{ company.name }} o porque lo que hacemos tiene que ver con su trabajo.',
    'Recibe este correo en {{ lead.email }} porque usted o sus compañeros han estado en contacto con {{ company.name }}.',
    'Recibe este correo en {{ lead.email }} por un servicio que {{ company.name }} le presta.',
    'Darse de baja',
  ),
  it: frame(
    'Riceve questa e-mail all’indirizzo {{ lead.email }} perché ha fornito i suoi dati a {{ company.name }} o perché ciò che facciamo riguarda il suo lavoro.',
    'Riceve questa e-mail all’indirizzo {{ lead.email }} perché lei o i suoi colleghi siete stati in contatto con {{ company.name }}.',
    'Riceve questa e-mail all’indirizzo {{ lead.email }} per un servizio che {{ company.name }} le fornisce.',
    'Annulla l’iscrizione',
  ),
  pt: frame(
    'Recebe este e-mail em {{ lead.email }} porque partilhou os seus dados com {{ company.name }} ou porque o que fazemos diz respeito ao seu trabalho.',
    'Recebe este e-mail em {{ lead.email }} porque o senhor, a senhora ou os seus colegas estiveram em contacto com {{ company.name }}.',
    'Recebe este e-mail em {{ lead.email }} devido a um serviço que {{ company.name }} lhe presta.',
    'Cancelar a subscrição',
  ),
  'pt-BR': frame(
    'Você recebe este e-mail em {{ lead.email }} porque compartilhou seus dados com {{ company.name }} ou porque o que fazemos diz respeito ao seu trabalho.',
    'Você recebe este e-mail em {{ lead.email }} porque você ou seus colegas estiveram em contato com {{ company.name }}.',
    'Você recebe este e-mail em {{ lead.email }} por causa de um serviço que {{ company.name }} presta a você.',
    'Cancelar inscrição',
  ),
  nl: frame(
    'U ontvangt deze e-mail op {{ lead.email }} omdat u uw gegevens met {{ company.name }} hebt gedeeld, of omdat wat wij doen met uw werk te maken heeft.',
    'U ontvangt deze e-mail op {{ lead.email }} omdat u of uw collega’s contact hebben gehad met {{ company.name }}.',
    'U ontvangt deze e-mail op {{ lead.email }} vanwege een dienst die {{ company.name }} u levert.',
    'Afmelden',
  ),
  pl: frame(
    'Otrzymują Państwo tę wiadomość na adres {{ lead.email }}, ponieważ udostępnili Państwo swoje dane firmie {{ company.name }} albo nasza działalność dotyczy Państwa pracy.',
    'Otrzymują Państwo tę wiadomość na adres {{ lead.email }}, ponieważ Państwo lub Państwa współpracownicy kontaktowali się z firmą {{ company.name }}.',
    'Otrzymują Państwo tę wiadomość na adres {{ lead.email }} w związku z usługą, którą świadczy firma {{ company.name }}.',
    'Wypisz się',
  ),
  cs: frame(
    'Tento e-mail dostáváte na adresu {{ lead.email }}, protože jste společnosti {{ company.name }} poskytli své údaje nebo protože se naše činnost týká vaší práce.',
    'Tento e-mail dostáváte na adresu {{ lead.email }}, protože jste vy nebo vaši kolegové byli v kontaktu se společností {{ company.name }}.',
    'Tento e-mail dostáváte na adresu {{ lead.email }} v souvislosti se službou, kterou vám poskytuje společnost {{ company.name }}.',
    'Odhlásit odběr',
  ),
  sv: frame(
    'Du får det här mejlet till {{ lead.email }} för att du har lämnat dina uppgifter till {{ company.name }} eller för att det vi gör rör ditt arbete.',
    'Du får det här mejlet till {{ lead.email }} för att du eller dina kollegor har varit i kontakt med {{ company.name }}.',
    'Du får det här mejlet till {{ lead.email }} på grund av en tjänst som {{ company.name }} utför åt dig.',
    'Avsluta prenumerationen',
  ),
  da: frame(
    'Du modtager denne e-mail på {{ lead.email }}, fordi du har delt dine oplysninger med {{ company.name }}, eller fordi det, vi laver, vedrører dit arbejde.',
    'Du modtager denne e-mail på {{ lead.email }}, fordi du eller dine kolleger har været i kontakt med {{ company.name }}.',
    'Du modtager denne e-mail på {{ lead.email }} på grund af en ydelse, som {{ company.name }} leverer til dig.',
    'Afmeld',
  ),
  nb: frame(
    'Du mottar denne e-posten på {{ lead.email }} fordi du har delt opplysningene dine med {{ company.name }}, eller fordi det vi gjør, angår arbeidet ditt.',
    'Du mottar denne e-posten på {{ lead.email }} fordi du eller kollegene dine har vært i kontakt med {{ company.name }}.',
    'Du mottar denne e-posten på {{ lead.email }} på grunn av en tjeneste {{ company.name }} yter deg.',
    'Meld deg av',
  ),
  fi: frame(
    'Saat tämän sähköpostin osoitteeseen {{ lead.email }}, koska olet antanut yhteystietosi yritykselle {{ company.name }} tai koska toimintamme liittyy työhösi.',
    'Saat tämän sähköpostin osoitteeseen {{ lead.email }}, koska sinä tai kollegasi olette olleet yhteydessä yritykseen {{ company.name }}.',
    'Saat tämän sähköpostin osoitteeseen {{ lead.email }} palvelun vuoksi, jonka {{ company.name }} tarjoaa sinulle.',
    'Peruuta tilaus',
  ),
  ja: frame(
    '{{ company.name }}にご連絡先をお知らせいただいたか、弊社の活動がお仕事に関わるため、{{ lead.email }} 宛にこのメールをお送りしています。',
    'お客様またはご同僚の方が{{ company.name }}とご連絡を取られたため、{{ lead.email }} 宛にこのメールをお送りしています。',
    '{{ company.name }}がご提供しているサービスに関して、{{ lead.email }} 宛にこのメールをお送りしています。',
    '配信停止',
    '：',
  ),
};

/** Languages whose words the frame has. */
export const FRAME_LANGUAGES: readonly string[] = Object.keys(WORDS);

/** Whether the frame has words in this language, or one it is a kind of. */
export const knowsFrame = (language: string): boolean => find(language) !== undefined;

/** The frame's words in this language; in English when it has none. */
export const frameWords = (language: string): FrameWords => find(language) ?? ENGLISH;

function find(language: string): FrameWords | undefined {
  for (const tag of languageRange(language)) {
    if (Object.hasOwn(WORDS, tag)) return WORDS[tag];
  }
  return undefined;
}
