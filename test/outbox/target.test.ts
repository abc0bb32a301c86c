/** Nothing is sent into our own network, whatever a URL or a name says. */
import { describe, expect, it } from 'vitest';
import { isPublic, PrivateAddress, publicLookup, refusalOf } from '../../src/outbox/webhook/target.ts';

describe('an address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPublic(address)).toBe(true),
  );
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::10.0.0.1',
    '2001::1',
    '2001:db8::1',
    '2002:a00:1::',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    'crm.example',
  ])('%s is not', (address) => expect(isPublic(address)).toBe(false));
});

const resolve = (name: string, loopback: boolean, all: boolean) =>
  new Promise((done) => publicLookup({ loopback })(name, { all }, (error, found) => done(error ?? found)));

describe('a name', () => {
  it('that stands for a private address is not connected to', async () => {
    expect(await resolve('localhost', false, true)).toBeInstanceOf(PrivateAddress);
    expect(await resolve('localhost', false, false)).toBeInstanceOf(PrivateAddress);
  });

  it('of this machine is, on a local stack', async () => {
    expect(await resolve('localhost', true, true)).toContainEqual(expect.objectContaining({ family: 4 }));
    expect(await resolve('127.0.0.1', true, false)).toBe('127.0.0.1');
    expect(await resolve('10.0.0.1', true, false)).toBeInstanceOf(PrivateAddress);
  });
});

it('a URL is https to somebody else, or on a local stack http to this machine', () => {
  const refused = (url: string, loopback: boolean): boolean => refusalOf(url, { loopback }) !== undefined;
  for (const url of ['https://crm.example/hook', 'https://crm.example:8443/a?b=c']) {
    expect([refused(url, true), refused(url, false)]).toEqual([false, false]);
  }
  for (const url of ['http://127.0.0.1:1/', 'http://localhost/', 'http://[::1]:1/', 'https://127.0.0.1/']) {
    expect([refused(url, true), refused(url, false)]).toEqual([false, true]);
  }
  for (const url of ['http://crm.example/', 'http://10.0.0.1/', 'file:///etc/passwd', 'https://[fe80::1]/']) {
    expect([refused(url, true), refused(url, false)]).toEqual([true, true]);
  }
});
