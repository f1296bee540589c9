import { join } from 'node:path';
import { startLanSwitch } from './lan-switch.ts';
import { startQemu } from './qemu-process.ts';

/** A LAN for machines, without root and without a route to anywhere. It is on this machine only. */
export interface Lan {
  /** QEMU's `-netdev` value that plugs a machine into one port; ports count from 1. */
  netdev(port: number): string;
  /** Pulls the cable out of a port, or puts it back; the machine keeps running. */
  setLink(port: number, up: boolean): void;
  /**
   * Makes a TCP port of any address on the LAN, also of a virtual one, reachable from outside.
   *
   * @returns the port of 127.0.0.1 that leads there
   */
  forward(address: string, port: number): Promise<number>;
  close(): Promise<void>;
}

/** How a LAN is laid out. `gateway` answers ARP and ping, and routes nothing. */
export interface LanOptions {
  readonly directory: string;
  readonly subnet: string;
  readonly gateway: string;
  readonly ports: number;
}

/**
 * Starts a switch, and a QEMU without a machine that is the host "outside" with its user network.
 * A machine that is killed and started again is taken back.
 */
export async function startLan(options: LanOptions): Promise<Lan> {
  const ports = Array.from({ length: options.ports }, (_, index) => index + 1);
  const socketOf = (port: number | string): string => join(options.directory, `lan-port${port}`);
  const plugOf = (port: number | string): string =>
    `stream,server=off,addr.type=unix,addr.path=${socketOf(port)}`;
  const lanSwitch = await startLanSwitch([
    { name: 'outside', socketPath: socketOf('outside'), isQuiet: true },
    ...ports.map((port) => ({ name: String(port), socketPath: socketOf(port) })),
  ]);
  const qemu = await startQemu(
    'qemu-system-x86_64',
    [
      ...['-name', 'lan', '-M', 'none', '-nodefaults', '-display', 'none'],
      ...['-netdev', `user,id=outside,net=${options.subnet},host=${options.gateway},restrict=on`],
      ...['-netdev', plugOf('outside').replace(',', ',id=switch,')],
      ...['-netdev', 'hubport,id=hub-outside,hubid=0,netdev=outside'],
      ...['-netdev', 'hubport,id=hub-switch,hubid=0,netdev=switch'],
    ],
    join(options.directory, 'lan.qemu.log'),
  );
  return {
    netdev: (port) => {
      if (!ports.includes(port)) throw new Error(`the LAN has ports 1 to ${options.ports}, not ${port}`);
      return plugOf(port);
    },
    setLink: (port, up) => lanSwitch.setLink(String(port), up),
    forward: async (address, port) => {
      const complaint = await qemu.monitor(`hostfwd_add outside tcp:127.0.0.1:0-${address}:${port}`);
      const forwarded = findForward(await qemu.monitor('info usernet'), address, port);
      if (forwarded === undefined)
        throw new Error(`cannot reach ${address}:${port} from outside: ${complaint}`);
      return forwarded;
    },
    close: async () => {
      await qemu.kill();
      await lanSwitch.close();
    },
  };
}

/** Lines look like `TCP[HOST_FORWARD]  12       127.0.0.1 45141   192.168.1.253    80     0     0`. */
function findForward(usernet: string, address: string, port: number): number | undefined {
  for (const line of usernet.split(/\r?\n/)) {
    const [state, , , hostPort, guestAddress, guestPort] = line.trim().split(/\s+/);
    if (state === 'TCP[HOST_FORWARD]' && guestAddress === address && Number(guestPort) === port) {
      return Number(hostPort);
    }
  }
  return undefined;
}
