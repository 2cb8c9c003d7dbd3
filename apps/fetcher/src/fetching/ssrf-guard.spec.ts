import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressGuard, isAddressRange } from './ssrf-guard.ts';

const closed = new AddressGuard({ ports: [80, 443], allowPrivate: [] });
const open = new AddressGuard({
  ports: [80, 443],
  allowPrivate: ['127.0.0.0/8', '10.1.0.0/16', 'fd00::/8', '192.0.2.7'],
});

describe('the guard of addresses', () => {
  it.each([
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.168.1.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::7f00:1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd12::1', 'ff02::1', '100::1'],
    ...['2001:db8::1', '2001::1', '2002:7f00:1::', '3fff::1', '5f00::1'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::1'],
  ])('refuses %s', (address) => {
    expect(closed.refusal(address, 80)?.code).toBe('address-forbidden');
  });

  it.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1'])(
    'lets %s through on a listed port and refuses it on another',
    (address) => {
      expect(closed.refusal(address, 443)).toBeNull();
      expect(closed.refusal(address, 22)?.code).toBe('port-forbidden');
    },
  );

  it('opens a named range on any port, however its addresses are spelled, and nothing beside it', () => {
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', 'fd00::5', '192.0.2.7']) {
      expect(open.refusal(address, 5000)).toBeNull();
    }
    for (const address of ['10.2.0.1', '::1', 'fc00::1', '192.0.2.8']) {
      expect(open.refusal(address, 80)?.code).toBe('address-forbidden');
    }
  });

  it('judges an IPv4 address the same way when it is mapped into IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(closed.refusal(`::ffff:${address}`, 80)?.code).toBe(closed.refusal(address, 80)?.code);
      }),
    );
  });
});

describe('isAddressRange', () => {
  it.each(['127.0.0.0/8', '10.0.0.1', '::1', 'fd00::/8', '0.0.0.0/0'])('takes %s', (text) => {
    expect(isAddressRange(text)).toBe(true);
  });

  it.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0/', 'fd00::/129', '10.0.0.0/8/8', '10.0.0/8'])(
    'refuses %j',
    (text) => {
      expect(isAddressRange(text)).toBe(false);
    },
  );
});
