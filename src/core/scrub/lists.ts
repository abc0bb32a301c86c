/** What is known of mailboxes and mail providers. Kept short on purpose: a wrong entry loses a lead. */

/** Providers anyone gets an address at: the domain says nothing of the company, and forms no account. */
export const freemailDomains: ReadonlySet<string> = new Set([
  ...[
    'gmail.com',
    'googlemail.com',
    'outlook.com',
    'hotmail.com',
    'live.com',
    'msn.com',
    'hotmail.co.uk',
    'hotmail.fr',
  ],
  ...['hotmail.de', 'hotmail.it', 'hotmail.es', 'outlook.de', 'outlook.fr', 'live.co.uk', 'live.nl', 'yahoo.com'],
  ...['yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'yahoo.it', 'yahoo.es', 'yahoo.co.jp', 'yahoo.co.in', 'yahoo.com.br'],
  ...['ymail.com', 'rocketmail.com', 'icloud.com', 'me.com', 'mac.com', 'aol.com', 'gmx.de', 'gmx.net', 'gmx.at'],
  ...[
    'gmx.ch',
    'gmx.com',
    'web.de',
    't-online.de',
    'freenet.de',
    'mail.com',
    'email.com',
    'proton.me',
    'protonmail.com',
  ],
  ...[
    'posteo.de',
    'mailbox.org',
    'arcor.de',
    'mail.de',
    'online.de',
    'email.de',
    'tutanota.de',
    'hushmail.com',
    'gmx.eu',
  ],
  ...['pm.me', 'tutanota.com', 'tuta.io', 'fastmail.com', 'hey.com', 'zoho.com', 'yandex.ru', 'yandex.com', 'mail.ru'],
  ...[
    'bk.ru',
    'list.ru',
    'inbox.ru',
    'qq.com',
    '163.com',
    '126.com',
    'sina.com',
    'naver.com',
    'daum.net',
    'hanmail.net',
  ],
  ...[
    'orange.fr',
    'wanadoo.fr',
    'free.fr',
    'laposte.net',
    'sfr.fr',
    'libero.it',
    'virgilio.it',
    'tiscali.it',
    'alice.it',
  ],
  ...[
    'seznam.cz',
    'wp.pl',
    'o2.pl',
    'onet.pl',
    'interia.pl',
    'uol.com.br',
    'bol.com.br',
    'terra.com.br',
    'rediffmail.com',
  ],
  ...[
    'btinternet.com',
    'sky.com',
    'talktalk.net',
    'virginmedia.com',
    'comcast.net',
    'verizon.net',
    'att.net',
    'cox.net',
  ],
  ...['bluewin.ch', 'ziggo.nl', 'kpnmail.nl', 'xs4all.nl', 'telenet.be', 'skynet.be', 'telia.com', 'bigpond.com'],
]);

/** Providers with a domain in every country (`gmx.fr`, `yahoo.co.nz`). */
const freemailFamilies =
  /^(?:aol|gmx|googlemail|hotmail|live|msn|outlook|protonmail|yahoo|yandex)\.(?:com?\.)?[a-z]{2,3}$/;

/** Whether anyone gets an address at this domain: then it says nothing of a company. */
export const isFreemail = (domain: string): boolean => freemailDomains.has(domain) || freemailFamilies.test(domain);

/** Domains that a slip of the finger makes of a provider's, and what was meant. Mail there reaches nobody, or a stranger. */
export const mistypedDomains: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'gmail.com':
      'gmial.com gmai.com gmal.com gmil.com gamil.com gnail.com gmaill.com gmail.co gmail.con gmail.cm gmail.comm gmail.de',
    'googlemail.com': 'googelmail.com googlemail.de googlemail.con',
    'hotmail.com': 'hotmial.com hotmal.com hotmai.com hotmil.com hormail.com hotmail.con hotmail.cm hotmail.comm',
    'outlook.com': 'outlok.com outloo.com outlock.com outlook.con outlook.comm',
    'yahoo.com': 'yahooo.com yaho.com yhaoo.com yahoo.con yahoo.comm',
    'icloud.com': 'iclou.com icoud.com icloud.con',
    'gmx.de': 'gmx.ed gmy.de gxm.de',
    'web.de': 'wep.de web.ed wbe.de',
    't-online.de': 'tonline.de t-onlin.de t-online.ed',
  }).flatMap(([meant, typed]) => typed.split(' ').map((domain): [string, string] => [domain, meant])),
);

/** Pages of companies at these are not their domains. */
export const profileHosts: ReadonlySet<string> = new Set([
  ...['linkedin.com', 'facebook.com', 'instagram.com', 'twitter.com', 'x.com', 'xing.com', 'youtube.com', 'tiktok.com'],
  ...['google.com', 'crunchbase.com', 'github.com', 'github.io', 'wixsite.com', 'wordpress.com', 'blogspot.com'],
]);

/** Addresses thrown away after minutes. */
export const disposableDomains: ReadonlySet<string> = new Set([
  ...['mailinator.com', 'guerrillamail.com', 'guerrillamail.net', 'sharklasers.com', 'grr.la', '10minutemail.com'],
  ...['10minutemail.net', 'temp-mail.org', 'tempmail.com', 'tempmail.net', 'tempmailo.com', 'throwawaymail.com'],
  ...['yopmail.com', 'yopmail.fr', 'yopmail.net', 'trashmail.com', 'trashmail.de', 'trash-mail.com', 'wegwerfmail.de'],
  ...['getnada.com', 'dispostable.com', 'maildrop.cc', 'mailnesia.com', 'fakeinbox.com', 'mintemail.com', 'moakt.com'],
  ...[
    'mohmal.com',
    'emailondeck.com',
    'spamgourmet.com',
    'discard.email',
    'mailcatch.com',
    'tempail.com',
    'burnermail.io',
  ],
]);

/** Services that hand out throw-away addresses under ever new endings and subdomains. */
const disposableNames: ReadonlySet<string> = new Set([
  ...['mailinator', 'guerrillamail', 'guerrillamailblock', 'yopmail', '10minutemail', '20minutemail', 'minutemail'],
  ...['trashmail', 'trash-mail', 'temp-mail', 'tempmail', 'throwawaymail', 'wegwerfmail', 'wegwerfemail', 'getnada'],
  ...['dispostable', 'mailnesia', 'fakeinbox', 'sharklasers', 'spam4', 'spamgourmet', 'einwegmail', 'byom', 'mohmal'],
]);

/** Whether this domain, or one above it, throws its addresses away. */
export function isDisposable(domain: string): boolean {
  const labels = domain.split('.');
  if (labels.slice(0, -1).some((label) => disposableNames.has(label))) return true;
  return labels.some((_, i) => disposableDomains.has(labels.slice(i).join('.')));
}

/** Nobody reads these, or only to complain. Compared without dots, dashes and underscores. */
export const machineMailboxes: ReadonlySet<string> = new Set([
  ...['noreply', 'donotreply', 'dontreply', 'noreplies', 'noresponse', 'mailerdaemon', 'postmaster', 'hostmaster'],
  ...['webmaster', 'abuse', 'spam', 'bounce', 'bounces', 'unsubscribe', 'autoreply', 'autoresponder', 'notification'],
  ...['notifications', 'devnull', 'nobody', 'root', 'daemon'],
]);

/** Read by several people: kept, with a note. */
export const sharedMailboxes: ReadonlySet<string> = new Set([
  ...['info', 'sales', 'contact', 'hello', 'hi', 'office', 'support', 'help', 'helpdesk', 'service', 'team', 'admin'],
  ...[
    'marketing',
    'press',
    'media',
    'billing',
    'invoice',
    'invoices',
    'accounts',
    'accounting',
    'finance',
    'hr',
    'jobs',
  ],
  ...[
    'careers',
    'enquiries',
    'inquiries',
    'mail',
    'kontakt',
    'vertrieb',
    'buchhaltung',
    'contacto',
    'contato',
    'ventas',
  ],
]);

/** First labels of domains typed to get past a form. */
export const fakeHosts: ReadonlySet<string> = new Set([
  ...['test', 'tests', 'testing', 'asdf', 'asdfasdf', 'qwerty', 'fake', 'none', 'nomail', 'noemail', 'nowhere'],
  ...['notreal', 'aaa', 'xxx', 'xyzxyz', 'blah', 'abcabc', 'invalid', 'yourdomain', 'yourcompany', 'domain'],
]);

/** Local parts typed to get past a form; junk at a free-mail provider, possibly somebody at a company. */
export const madeUp: ReadonlySet<string> = new Set([
  ...['test', 'tests', 'test1', 'test123', 'testing', 'tester', 'testuser', 'asdf', 'asdfasdf', 'qwerty', 'qwertz'],
  ...['fake', 'fakeemail', 'none', 'noemail', 'nomail', 'noone', 'abc', 'abc123', 'foo', 'foobar', 'blah', 'user'],
  ...['name', 'yourname', 'email', 'me', 'no', 'na', 'null', 'undefined', 'sample', 'example', 'dummy'],
]);

/** Names typed to get past a form: junk when both the first and the last name are of this kind. */
export const madeUpNames: ReadonlySet<string> = new Set([
  ...['test', 'tester', 'testing', 'asdf', 'asdfasdf', 'qwerty', 'fake', 'dummy', 'sample', 'blah', 'foo', 'bar'],
  ...['firstname', 'lastname', 'first name', 'last name', 'vorname', 'nachname', 'aaa', 'xxx', 'abc', 'none', 'user'],
  ...['qwe', 'asd', 'zxc', 'yxc', 'rty', 'fgh', 'ghj', 'hjk', 'jkl', 'dfg', 'sdf', 'first', 'last', 'name'],
]);

/** Whole names nobody fills in about themself. Lower case. */
export const stockNames: ReadonlySet<string> = new Set([
  ...['max mustermann', 'erika mustermann', 'mickey mouse', 'micky maus', 'donald duck', 'foo bar', 'test user'],
  ...['not applicable', 'no name', 'kein name', 'keine angabe'],
]);

/** What people put for a company when they have none to name. Lower case. */
export const noCompany: ReadonlySet<string> = new Set([
  ...[
    'self',
    'self employed',
    'self-employed',
    'selbstständig',
    'selbständig',
    'freelance',
    'freelancer',
    'freiberufler',
  ],
  ...['private', 'privat', 'privatperson', 'home', 'personal', 'individual', 'particulier', 'student', 'unemployed'],
  ...[
    'test',
    'testing',
    'asdf',
    'my company',
    'company',
    'company name',
    'firma',
    'no company',
    'keine',
    'aucune',
    'na',
  ],
]);
