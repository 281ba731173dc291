/** The two ends of a socket, as they are told to everybody else. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { bareAddress, peerOf } from '../../src/http/message/peer';

describe('the peer', () => {
  const addresses: readonly (readonly [address: string | undefined, told: string])[] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '::ffff:c000:207'],
    ['64:ff9b::ffff:192.0.2.7', '64:ff9b::ffff:192.0.2.7'],
    ['::1', '::1'],
    [undefined, ''],
  ];
  for (const [address, told] of addresses) {
    it(`${address ?? 'that is gone'} is ${told || 'nobody'}, at either end`, () => {
      const ends = { remoteAddress: address, remotePort: 1, localAddress: address, localPort: 2 } as Socket;
      assert.deepEqual(peerOf(ends), { address: told, port: 1, localAddress: told, localPort: 2 });
    });
  }

  it('that is gone has no ports', () => {
    assert.deepEqual(peerOf({} as Socket), { address: '', port: 0, localAddress: '', localPort: 0 });
  });

  for (const [address, told] of [
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1', 'fe80::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
  ] as const) {
    it(`${address} is ${told} to who knows no zones of this machine`, () => assert.equal(bareAddress(address), told));
  }
});
