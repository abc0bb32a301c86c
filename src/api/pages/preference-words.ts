/**
 * The words of the preference page, language by language. Every language has all of them, or this does
 * not compile. `{name}` is the company, `{date}` a day.
 */
export interface PreferenceWords {
  readonly title: string;
  /** Buttons that end the emails of one purpose. */
  readonly leave: Readonly<Record<'marketing' | 'sales' | 'service', string>>;
  readonly left: Readonly<Record<'marketing' | 'sales' | 'service', string>>;
  readonly leaveAll: string;
  readonly leaveAllHint: string;
  readonly back: string;
  readonly isBack: string;
  /** There was nothing to take back. */
  readonly already: string;
  /** A form that is none of the page's. */
  readonly unknown: string;
  readonly topics: string;
  readonly save: string;
  readonly saved: string;
  readonly much: string;
  readonly pause: string;
  readonly paused: string;
  readonly endPause: string;
  readonly onItsWay: string;
  /** The address gets nothing for a reason that only the company can lift. */
  readonly closed: string;
  readonly broken: string;
  readonly brokenHint: string;
}

const en: PreferenceWords = {
  title: 'Your emails from {name}',
  leave: {
    marketing: 'Unsubscribe from marketing emails',
    sales: 'Unsubscribe from emails of the sales team',
    service: 'Unsubscribe from service emails',
  },
  left: {
    marketing: 'You get no more marketing emails from {name}.',
    sales: 'You get no more emails from the sales team of {name}.',
    service: 'You get no more service emails from {name}.',
  },
  leaveAll: 'Stop all emails',
  leaveAllHint: 'From marketing and from the sales team.',
  back: 'Subscribe again',
  isBack: 'You are subscribed again.',
  already: 'You are subscribed already; nothing has changed.',
  unknown: 'We did not understand this choice, and nothing has changed. Please use the buttons on this page.',
  topics: 'What we may write to you about',
  save: 'Save',
  saved: 'Your choice is saved.',
  much: 'Too much at the moment?',
  pause: 'Pause for a month',
  paused: 'No marketing emails until {date}.',
  endPause: 'End the pause',
  onItsWay: 'An email that is on its way already may still arrive.',
  closed: 'This address gets no emails from us at the moment. If you want that changed, please write to us.',
  broken: 'This link does not work',
  brokenHint:
    'It may have been cut off on the way. Open it from the email again, or answer the email with “unsubscribe”.',
};

const de: PreferenceWords = {
  title: 'Ihre E-Mails von {name}',
  leave: {
    marketing: 'Marketing-E-Mails abbestellen',
    sales: 'E-Mails des Vertriebs abbestellen',
    service: 'Service-E-Mails abbestellen',
  },
  left: {
    marketing: 'Sie erhalten keine Marketing-E-Mails von {name} mehr.',
    sales: 'Sie erhalten keine E-Mails vom Vertrieb von {name} mehr.',
    service: 'Sie erhalten keine Service-E-Mails von {name} mehr.',
  },
  leaveAll: 'Alle E-Mails abbestellen',
  leaveAllHint: 'Die von Marketing und die vom Vertrieb.',
  back: 'Wieder abonnieren',
  isBack: 'Sie erhalten wieder E-Mails von uns.',
  already: 'Sie erhalten unsere E-Mails bereits; es hat sich nichts geändert.',
  unknown:
    'Diese Auswahl haben wir nicht verstanden, und es hat sich nichts geändert. Bitte nutzen Sie die Schaltflächen auf dieser Seite.',
  topics: 'Worüber wir Ihnen schreiben dürfen',
  save: 'Speichern',
  saved: 'Ihre Auswahl ist gespeichert.',
  much: 'Gerade zu viel?',
  pause: 'Einen Monat Pause',
  paused: 'Keine Marketing-E-Mails bis zum {date}.',
  endPause: 'Pause beenden',
  onItsWay: 'Eine E-Mail, die schon unterwegs ist, kann noch ankommen.',
  closed: 'An diese Adresse senden wir zurzeit keine E-Mails. Wenn Sie das ändern möchten, schreiben Sie uns bitte.',
  broken: 'Dieser Link funktioniert nicht',
  brokenHint:
    'Vielleicht wurde er unterwegs abgeschnitten. Öffnen Sie ihn noch einmal aus der E-Mail, oder antworten Sie auf die E-Mail mit „abmelden“.',
};

const fr: PreferenceWords = {
  title: 'Vos e-mails de {name}',
  leave: {
    marketing: 'Se désabonner des e-mails marketing',
    sales: 'Se désabonner des e-mails de l’équipe commerciale',
    service: 'Se désabonner des e-mails de service',
  },
  left: {
    marketing: 'Vous ne recevrez plus d’e-mails marketing de {name}.',
    sales: 'Vous ne recevrez plus d’e-mails de l’équipe commerciale de {name}.',
    service: 'Vous ne recevrez plus d’e-mails de service de {name}.',
  },
  leaveAll: 'Arrêter tous les e-mails',
  leaveAllHint: 'Ceux du marketing et ceux de l’équipe commerciale.',
  back: 'Se réabonner',
  isBack: 'Vous êtes de nouveau abonné(e).',
  already: 'Vous êtes déjà abonné(e) ; rien n’a changé.',
  unknown: 'Nous n’avons pas compris ce choix et rien n’a changé. Veuillez utiliser les boutons de cette page.',
  topics: 'Les sujets sur lesquels nous pouvons vous écrire',
  save: 'Enregistrer',
  saved: 'Votre choix est enregistré.',
  much: 'Trop d’e-mails en ce moment ?',
  pause: 'Faire une pause d’un mois',
  paused: 'Aucun e-mail marketing jusqu’au {date}.',
  endPause: 'Mettre fin à la pause',
  onItsWay: 'Un e-mail déjà en route peut encore arriver.',
  closed: 'Cette adresse ne reçoit pas d’e-mails de notre part actuellement. Pour changer cela, écrivez-nous.',
  broken: 'Ce lien ne fonctionne pas',
  brokenHint:
    'Il a peut-être été coupé en route. Ouvrez-le de nouveau depuis l’e-mail, ou répondez à l’e-mail par « désabonner ».',
};

const es: PreferenceWords = {
  title: 'Sus correos de {name}',
  leave: {
    marketing: 'Darse de baja de los correos de marketing',
    sales: 'Darse de baja de los correos del equipo de ventas',
    service: 'Darse de baja de los correos de servicio',
  },
  left: {
    marketing: 'Ya no recibirá correos de marketing de {name}.',
    sales: 'Ya no recibirá correos del equipo de ventas de {name}.',
    service: 'Ya no recibirá correos de servicio de {name}.',
  },
  leaveAll: 'No recibir ningún correo',
  leaveAllHint: 'Ni de marketing ni del equipo de ventas.',
  back: 'Volver a suscribirse',
  isBack: 'Está suscrito de nuevo.',
  already: 'Ya está suscrito; no ha cambiado nada.',
  unknown: 'No hemos entendido esta elección y no ha cambiado nada. Utilice los botones de esta página.',
  topics: 'Sobre qué podemos escribirle',
  save: 'Guardar',
  saved: 'Su elección está guardada.',
  much: '¿Demasiado en este momento?',
  pause: 'Pausar durante un mes',
  paused: 'Sin correos de marketing hasta el {date}.',
  endPause: 'Terminar la pausa',
  onItsWay: 'Un correo que ya está en camino todavía puede llegar.',
  closed: 'Esta dirección no recibe correos nuestros en este momento. Si quiere cambiarlo, escríbanos.',
  broken: 'Este enlace no funciona',
  brokenHint: 'Puede que se haya cortado. Ábralo otra vez desde el correo, o responda al correo con «baja».',
};

const it: PreferenceWords = {
  title: 'Le sue email da {name}',
  leave: {
    marketing: 'Annulla l’iscrizione alle email di marketing',
    sales: 'Annulla l’iscrizione alle email del team vendite',
    service: 'Annulla l’iscrizione alle email di servizio',
  },
  left: {
    marketing: 'Non riceverà più email di marketing da {name}.',
    sales: 'Non riceverà più email dal team vendite di {name}.',
    service: 'Non riceverà più email di servizio da {name}.',
  },
  leaveAll: 'Interrompi tutte le email',
  leaveAllHint: 'Quelle di marketing e quelle del team vendite.',
  back: 'Iscriviti di nuovo',
  isBack: 'L’iscrizione è di nuovo attiva.',
  already: 'L’iscrizione è già attiva; non è cambiato nulla.',
  unknown: 'Non abbiamo capito questa scelta e non è cambiato nulla. Usi i pulsanti di questa pagina.',
  topics: 'Di che cosa possiamo scriverle',
  save: 'Salva',
  saved: 'La sua scelta è salvata.',
  much: 'Troppe email in questo momento?',
  pause: 'Pausa di un mese',
  paused: 'Nessuna email di marketing fino al {date}.',
  endPause: 'Termina la pausa',
  onItsWay: 'Un’email già in viaggio può ancora arrivare.',
  closed: 'Al momento questo indirizzo non riceve nostre email. Per cambiare, ci scriva.',
  broken: 'Questo link non funziona',
  brokenHint: 'Forse è stato troncato. Lo apra di nuovo dall’email, oppure risponda all’email con “cancella”.',
};

const pt: PreferenceWords = {
  title: 'Os seus emails de {name}',
  leave: {
    marketing: 'Cancelar os emails de marketing',
    sales: 'Cancelar os emails da equipa de vendas',
    service: 'Cancelar os emails de serviço',
  },
  left: {
    marketing: 'Já não receberá emails de marketing de {name}.',
    sales: 'Já não receberá emails da equipa de vendas de {name}.',
    service: 'Já não receberá emails de serviço de {name}.',
  },
  leaveAll: 'Parar todos os emails',
  leaveAllHint: 'De marketing e da equipa de vendas.',
  back: 'Subscrever novamente',
  isBack: 'A subscrição está novamente ativa.',
  already: 'A subscrição já está ativa; nada mudou.',
  unknown: 'Não percebemos esta escolha e nada mudou. Utilize os botões desta página.',
  topics: 'Sobre o que lhe podemos escrever',
  save: 'Guardar',
  saved: 'A sua escolha está guardada.',
  much: 'Demasiado neste momento?',
  pause: 'Pausa de um mês',
  paused: 'Sem emails de marketing até {date}.',
  endPause: 'Terminar a pausa',
  onItsWay: 'Um email que já vai a caminho ainda pode chegar.',
  closed: 'Este endereço não recebe emails nossos neste momento. Se quiser alterar isto, escreva-nos.',
  broken: 'Esta ligação não funciona',
  brokenHint: 'Pode ter sido cortada. Abra-a de novo a partir do email, ou responda ao email com “cancelar”.',
};

const nl: PreferenceWords = {
  title: 'Uw e-mails van {name}',
  leave: {
    marketing: 'Afmelden voor marketingmails',
    sales: 'Afmelden voor e-mails van het verkoopteam',
    service: 'Afmelden voor servicemails',
  },
  left: {
    marketing: 'U krijgt geen marketingmails van {name} meer.',
    sales: 'U krijgt geen e-mails van het verkoopteam van {name} meer.',
    service: 'U krijgt geen servicemails van {name} meer.',
  },
  leaveAll: 'Alle e-mails stoppen',
  leaveAllHint: 'Van marketing en van het verkoopteam.',
  back: 'Opnieuw aanmelden',
  isBack: 'U bent weer aangemeld.',
  already: 'U bent al aangemeld; er is niets veranderd.',
  unknown: 'Wij hebben deze keuze niet begrepen en er is niets veranderd. Gebruik de knoppen op deze pagina.',
  topics: 'Waarover wij u mogen schrijven',
  save: 'Opslaan',
  saved: 'Uw keuze is opgeslagen.',
  much: 'Even te veel?',
  pause: 'Een maand pauze',
  paused: 'Geen marketingmails tot {date}.',
  endPause: 'Pauze beëindigen',
  onItsWay: 'Een e-mail die al onderweg is, kan nog aankomen.',
  closed: 'Dit adres krijgt op dit moment geen e-mails van ons. Wilt u dat veranderen, schrijf ons dan.',
  broken: 'Deze link werkt niet',
  brokenHint: 'Misschien is hij onderweg afgekapt. Open hem nog eens vanuit de e-mail, of antwoord met “afmelden”.',
};

const pl: PreferenceWords = {
  title: 'Twoje e-maile od {name}',
  leave: {
    marketing: 'Zrezygnuj z e-maili marketingowych',
    sales: 'Zrezygnuj z e-maili od działu sprzedaży',
    service: 'Zrezygnuj z e-maili serwisowych',
  },
  left: {
    marketing: 'Nie będziesz już otrzymywać e-maili marketingowych od {name}.',
    sales: 'Nie będziesz już otrzymywać e-maili od działu sprzedaży {name}.',
    service: 'Nie będziesz już otrzymywać e-maili serwisowych od {name}.',
  },
  leaveAll: 'Zrezygnuj ze wszystkich e-maili',
  leaveAllHint: 'Od marketingu i od działu sprzedaży.',
  back: 'Zapisz mnie ponownie',
  isBack: 'Subskrypcja jest znowu aktywna.',
  already: 'Subskrypcja jest już aktywna; nic się nie zmieniło.',
  unknown: 'Nie zrozumieliśmy tego wyboru i nic się nie zmieniło. Prosimy użyć przycisków na tej stronie.',
  topics: 'O czym możemy pisać',
  save: 'Zapisz',
  saved: 'Twój wybór został zapisany.',
  much: 'Teraz za dużo?',
  pause: 'Przerwa na miesiąc',
  paused: 'Bez e-maili marketingowych do {date}.',
  endPause: 'Zakończ przerwę',
  onItsWay: 'E-mail, który jest już w drodze, może jeszcze dotrzeć.',
  closed: 'Ten adres nie otrzymuje obecnie od nas e-maili. Jeśli chcesz to zmienić, napisz do nas.',
  broken: 'Ten link nie działa',
  brokenHint: 'Mógł zostać ucięty. Otwórz go jeszcze raz z e-maila lub odpowiedz na e-mail słowem „rezygnuję”.',
};

const sv: PreferenceWords = {
  title: 'Dina e-postmeddelanden från {name}',
  leave: {
    marketing: 'Avsluta marknadsföring via e-post',
    sales: 'Avsluta e-post från säljteamet',
    service: 'Avsluta servicemeddelanden',
  },
  left: {
    marketing: 'Du får ingen mer marknadsföring via e-post från {name}.',
    sales: 'Du får ingen mer e-post från säljteamet på {name}.',
    service: 'Du får inga fler servicemeddelanden från {name}.',
  },
  leaveAll: 'Stoppa all e-post',
  leaveAllHint: 'Från marknadsföring och från säljteamet.',
  back: 'Prenumerera igen',
  isBack: 'Du prenumererar igen.',
  already: 'Du prenumererar redan; inget har ändrats.',
  unknown: 'Vi förstod inte valet och inget har ändrats. Använd knapparna på den här sidan.',
  topics: 'Vad vi får skriva till dig om',
  save: 'Spara',
  saved: 'Ditt val är sparat.',
  much: 'För mycket just nu?',
  pause: 'Pausa en månad',
  paused: 'Ingen marknadsföring via e-post före {date}.',
  endPause: 'Avsluta pausen',
  onItsWay: 'Ett meddelande som redan är på väg kan fortfarande komma fram.',
  closed: 'Den här adressen får ingen e-post från oss just nu. Skriv till oss om du vill ändra det.',
  broken: 'Länken fungerar inte',
  brokenHint: 'Den kan ha blivit avkortad. Öppna den igen från meddelandet, eller svara med ”avsluta”.',
};

const da: PreferenceWords = {
  title: 'Dine e-mails fra {name}',
  leave: {
    marketing: 'Afmeld marketingmails',
    sales: 'Afmeld e-mails fra salgsteamet',
    service: 'Afmeld servicemails',
  },
  left: {
    marketing: 'Du får ikke flere marketingmails fra {name}.',
    sales: 'Du får ikke flere e-mails fra salgsteamet hos {name}.',
    service: 'Du får ikke flere servicemails fra {name}.',
  },
  leaveAll: 'Stop alle e-mails',
  leaveAllHint: 'Fra marketing og fra salgsteamet.',
  back: 'Tilmeld igen',
  isBack: 'Du er tilmeldt igen.',
  already: 'Du er allerede tilmeldt; intet er ændret.',
  unknown: 'Vi forstod ikke valget, og intet er ændret. Brug knapperne på denne side.',
  topics: 'Hvad vi må skrive til dig om',
  save: 'Gem',
  saved: 'Dit valg er gemt.',
  much: 'For meget lige nu?',
  pause: 'Hold pause i en måned',
  paused: 'Ingen marketingmails indtil {date}.',
  endPause: 'Afslut pausen',
  onItsWay: 'En e-mail, der allerede er på vej, kan stadig nå frem.',
  closed: 'Denne adresse får ikke e-mails fra os i øjeblikket. Skriv til os, hvis det skal ændres.',
  broken: 'Linket virker ikke',
  brokenHint: 'Det kan være blevet afkortet. Åbn det igen fra e-mailen, eller svar på den med “afmeld”.',
};

const nb: PreferenceWords = {
  title: 'E-postene dine fra {name}',
  leave: {
    marketing: 'Meld deg av markedsføring på e-post',
    sales: 'Meld deg av e-post fra salgsteamet',
    service: 'Meld deg av servicemeldinger',
  },
  left: {
    marketing: 'Du får ikke mer markedsføring på e-post fra {name}.',
    sales: 'Du får ikke mer e-post fra salgsteamet hos {name}.',
    service: 'Du får ikke flere servicemeldinger fra {name}.',
  },
  leaveAll: 'Stopp all e-post',
  leaveAllHint: 'Fra markedsføring og fra salgsteamet.',
  back: 'Meld deg på igjen',
  isBack: 'Du er påmeldt igjen.',
  already: 'Du er allerede påmeldt; ingenting er endret.',
  unknown: 'Vi forstod ikke valget, og ingenting er endret. Bruk knappene på denne siden.',
  topics: 'Hva vi kan skrive til deg om',
  save: 'Lagre',
  saved: 'Valget ditt er lagret.',
  much: 'For mye akkurat nå?',
  pause: 'Ta en måneds pause',
  paused: 'Ingen markedsføring på e-post før {date}.',
  endPause: 'Avslutt pausen',
  onItsWay: 'En e-post som allerede er på vei, kan fortsatt komme fram.',
  closed: 'Denne adressen får ikke e-post fra oss for tiden. Skriv til oss hvis det skal endres.',
  broken: 'Lenken virker ikke',
  brokenHint: 'Den kan ha blitt kuttet. Åpne den på nytt fra e-posten, eller svar på den med «avmeld».',
};

const fi: PreferenceWords = {
  title: 'Sähköpostisi: {name}',
  leave: {
    marketing: 'Peruuta markkinointiviestit',
    sales: 'Peruuta myyntitiimin viestit',
    service: 'Peruuta palveluviestit',
  },
  left: {
    marketing: 'Et saa enää markkinointiviestejä. Lähettäjä: {name}.',
    sales: 'Et saa enää viestejä myyntitiimiltä. Lähettäjä: {name}.',
    service: 'Et saa enää palveluviestejä. Lähettäjä: {name}.',
  },
  leaveAll: 'Lopeta kaikki viestit',
  leaveAllHint: 'Markkinoinnilta ja myyntitiimiltä.',
  back: 'Tilaa uudelleen',
  isBack: 'Tilaus on taas voimassa.',
  already: 'Tilaus on jo voimassa; mikään ei muuttunut.',
  unknown: 'Emme ymmärtäneet valintaa, eikä mikään muuttunut. Käytä tämän sivun painikkeita.',
  topics: 'Mistä saamme kirjoittaa sinulle',
  save: 'Tallenna',
  saved: 'Valintasi on tallennettu.',
  much: 'Liikaa juuri nyt?',
  pause: 'Pidä kuukauden tauko',
  paused: 'Ei markkinointiviestejä ennen tätä päivää: {date}.',
  endPause: 'Lopeta tauko',
  onItsWay: 'Jo matkalla oleva viesti voi vielä saapua.',
  closed: 'Tähän osoitteeseen ei tällä hetkellä lähetetä viestejä. Kirjoita meille, jos haluat muuttaa tämän.',
  broken: 'Linkki ei toimi',
  brokenHint: 'Se on voinut katketa matkalla. Avaa se uudelleen viestistä tai vastaa viestiin ”peruuta”.',
};

const cs: PreferenceWords = {
  title: 'Vaše e-maily od {name}',
  leave: {
    marketing: 'Odhlásit marketingové e-maily',
    sales: 'Odhlásit e-maily obchodního týmu',
    service: 'Odhlásit servisní e-maily',
  },
  left: {
    marketing: 'Už nebudete dostávat marketingové e-maily od {name}.',
    sales: 'Už nebudete dostávat e-maily obchodního týmu {name}.',
    service: 'Už nebudete dostávat servisní e-maily od {name}.',
  },
  leaveAll: 'Zastavit všechny e-maily',
  leaveAllHint: 'Od marketingu i od obchodního týmu.',
  back: 'Znovu odebírat',
  isBack: 'Odběr je znovu aktivní.',
  already: 'Odběr je už aktivní; nic se nezměnilo.',
  unknown: 'Této volbě jsme nerozuměli a nic se nezměnilo. Použijte prosím tlačítka na této stránce.',
  topics: 'O čem vám můžeme psát',
  save: 'Uložit',
  saved: 'Vaše volba je uložena.',
  much: 'Teď je toho moc?',
  pause: 'Přestávka na měsíc',
  paused: 'Žádné marketingové e-maily do {date}.',
  endPause: 'Ukončit přestávku',
  onItsWay: 'E-mail, který je už na cestě, může ještě dorazit.',
  closed: 'Na tuto adresu teď žádné e-maily neposíláme. Chcete-li to změnit, napište nám.',
  broken: 'Tento odkaz nefunguje',
  brokenHint: 'Možná se cestou zkrátil. Otevřete jej znovu z e-mailu, nebo na e-mail odpovězte „odhlásit“.',
};

const ja: PreferenceWords = {
  title: '{name} からのメール設定',
  leave: {
    marketing: 'マーケティングメールの配信を停止する',
    sales: '営業チームからのメールを停止する',
    service: 'サービスに関するメールを停止する',
  },
  left: {
    marketing: '{name} からのマーケティングメールの配信を停止しました。',
    sales: '{name} の営業チームからのメールを停止しました。',
    service: '{name} からのサービスに関するメールを停止しました。',
  },
  leaveAll: 'すべてのメールを停止する',
  leaveAllHint: 'マーケティングと営業チームからのメールが対象です。',
  back: 'もう一度受け取る',
  isBack: '配信を再開しました。',
  already: 'すでに配信の対象です。変更はありません。',
  unknown: 'この操作を認識できませんでした。設定は変更されていません。このページのボタンをご利用ください。',
  topics: '受け取りたい内容',
  save: '保存する',
  saved: '設定を保存しました。',
  much: '今はメールが多すぎますか？',
  pause: '1か月間休止する',
  paused: '{date}までマーケティングメールをお送りしません。',
  endPause: '休止を終了する',
  onItsWay: 'すでに送信処理中のメールは届く場合があります。',
  closed: '現在、このアドレスにはメールをお送りしていません。変更をご希望の場合はご連絡ください。',
  broken: 'このリンクは使用できません',
  brokenHint: '途中で切れている可能性があります。メールからもう一度開くか、「配信停止」と返信してください。',
};

export const PREFERENCE_WORDS = { en, de, fr, es, it, pt, nl, pl, sv, da, nb, fi, cs, ja } as const;
export type Language = keyof typeof PREFERENCE_WORDS;
