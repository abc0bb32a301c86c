/** What a request alone says about who made it. */
import { describe, expect, test } from 'vitest';
import { hintOf, isProgram } from '../../../src/email/clicks/hint.ts';

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Linux; Android 16; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 15; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36 GSA/16',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]',
  'Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko',
];
const PROGRAMS = [
  'curl/8.9.1',
  'python-requests/2.32.3',
  'Go-http-client/2.0',
  'Java/17.0.2',
  'node',
  'axios/1.7.2',
  'Mozilla/5.0',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36',
  'BarracudaCentral/1.0 (https://www.barracudacentral.org)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'facebookexternalhit/1.1',
  'WhatsApp/2.24 A',
  'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
  'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)',
  'Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5',
];

test.each(BROWSERS)('a person has: %s', (userAgent) => expect(isProgram(userAgent)).toBe(false));
test.each(PROGRAMS)('a program is: %s', (userAgent) => expect(isProgram(userAgent)).toBe(true));

describe('a request', () => {
  const from = (method: string, headers: Record<string, string>) =>
    hintOf(method, (name) => ({ 'user-agent': BROWSERS[0], ...headers })[name]);

  test('that only asks whether the page is there reads nothing', () => expect(from('HEAD', {})).toBe('head'));
  test.each([
    ['purpose', 'prefetch'],
    ['sec-purpose', 'prefetch;prerender'],
    ['x-purpose', 'preview'],
    ['x-moz', 'prefetch'],
  ])('made ahead says so: %s: %s', (name, value) => expect(from('GET', { [name]: value })).toBe('prefetch'));
  test('of a crawler names who runs it', () => expect(from('GET', { from: 'bot@search.example' })).toBe('user-agent'));
  test('without a browser’s name is a program’s', () => expect(hintOf('GET', () => undefined)).toBe('user-agent'));
  test('of a browser says nothing', () => expect(from('GET', { 'sec-fetch-mode': 'navigate' })).toBeNull());
});
