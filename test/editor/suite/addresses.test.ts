import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { networkAddresses } from '../../../src/addresses';
import { pickTerms } from '../../../src/editor/sharing/shareTerms';

const info = (address: string): NetworkInterfaceInfo => {
  const internal = address === '127.0.0.1' || address === '::1';
  const common = { address, netmask: '', mac: '', internal, cidr: null };
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
};

const rows: readonly (readonly [
  promise: string,
  interfaces: Record<string, readonly string[]>,
  wanted: readonly string[],
])[] = [
  ['none without an interface', {}, []],
  ['none on loopback', { lo: ['127.0.0.1', '::1'] }, []],
  ['the IPv4 address', { lo: ['127.0.0.1'], eth0: ['192.168.1.5', '2001:db8::5'] }, ['eth0 192.168.1.5']],
  ['every IPv4 address', { a: ['192.168.1.5'], b: ['10.0.0.5'] }, ['a 192.168.1.5', 'b 10.0.0.5']],
  ['IPv6 where there is no IPv4', { a: ['2001:db8::5', 'fd00::5'] }, ['a 2001:db8::5', 'a fd00::5']],
  ['none of one link only', { a: ['169.254.3.4', 'fe80::1', 'FEBF::1'] }, []],
  ['IPv6 where IPv4 is of one link only', { a: ['169.254.3.4', 'fd00::5'] }, ['a fd00::5']],
];

describe('the addresses to share at', () => {
  for (const [promise, interfaces, wanted] of rows) {
    it(`are ${promise}`, () => {
      const known = Object.fromEntries(Object.entries(interfaces).map(([name, all]) => [name, all.map(info)]));
      assert.deepEqual(
        networkAddresses(known).map(({ name, address }) => `${name} ${address}`),
        wanted,
      );
    });
  }

  it('are missed in one sentence', async () => {
    await assert.rejects(
      pickTerms({ access: 'readWrite', directory: '/', exclude: [] }, false, []),
      /^ProblemError: This machine is in no network[^.]*\.$/,
    );
  });
});
