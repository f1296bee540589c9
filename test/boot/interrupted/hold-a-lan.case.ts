import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { startLan } from '../lan.ts';

it('holds a QEMU until it is killed', async () => {
  const directory = process.env['LAN_DIRECTORY'] ?? '';
  await startLan({ directory, subnet: '192.168.78.0/24', gateway: '192.168.78.1', ports: 1 });
  await sleep(100_000);
});
