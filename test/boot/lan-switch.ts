import { createServer, type Server, type Socket } from 'node:net';

/** An Ethernet switch with a Unix socket for each port, as QEMU's `-netdev stream` speaks on it. */
export interface LanSwitch {
  /** Frames from and to this port are dropped while it is not up. */
  setLink(port: string, up: boolean): void;
  close(): Promise<void>;
}

export interface SwitchPort {
  readonly name: string;
  readonly socketPath: string;
  /** Gets broadcasts and what is addressed to it, never frames that nobody is known for. */
  readonly isQuiet?: boolean;
}

interface Plug {
  readonly port: SwitchPort;
  isUp: boolean;
  socket: Socket | undefined;
}

/** Each frame comes with its length before it, as four bytes, most significant first. */
const lengthBytes = 4;
const addressBytes = 6;
/** What a machine may be behind; a switch that is full drops. */
const fullBytes = 4 * 1024 * 1024;

/**
 * Starts a switch. It learns where addresses live, as a real one does. That is more than speed: QEMU's user network
 * answers every connection that it overhears with a reset, whomever it was for.
 */
export async function startLanSwitch(ports: readonly SwitchPort[]): Promise<LanSwitch> {
  const plugs = ports.map((port): Plug => ({ port, isUp: true, socket: undefined }));
  const homes = new Map<string, Plug>();

  const pass = (frame: Buffer, from: Plug): void => {
    if (!from.isUp || frame.length < lengthBytes + 2 * addressBytes) return;
    const [to, sender] = [addressIn(frame, 0), addressIn(frame, addressBytes)];
    homes.set(sender, from);
    // The lowest bit of an address's first byte marks groups, of which all is one.
    const isGroup = ((frame[lengthBytes] ?? 0) & 1) === 1;
    const home = isGroup ? undefined : homes.get(to);
    const targets =
      home === undefined ? plugs.filter(({ port }) => isGroup || port.isQuiet !== true) : [home];
    for (const { socket, isUp } of targets.filter((target) => target !== from)) {
      if (isUp && socket !== undefined && socket.writableLength < fullBytes) socket.write(frame);
    }
  };

  const servers = await Promise.all(plugs.map(async (plug) => await listen(plug, pass)));
  return {
    setLink: (name, up) => {
      const plug = plugs.find(({ port }) => port.name === name);
      if (plug === undefined) throw new Error(`the switch has no port ${name}`);
      plug.isUp = up;
    },
    close: async () => {
      for (const { socket } of plugs) socket?.destroy();
      await Promise.all(servers.map(async (server) => await new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function listen(plug: Plug, pass: (frame: Buffer, from: Plug) => void): Promise<Server> {
  const server = createServer((socket) => {
    plug.socket?.destroy();
    plug.socket = socket;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= lengthBytes) {
        const end = lengthBytes + rest.readUInt32BE(0);
        if (rest.length < end) return;
        pass(rest.subarray(0, end), plug);
        rest = rest.subarray(end);
      }
    });
    // A machine whose power is cut hangs up without a word.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (plug.socket === socket) plug.socket = undefined;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(plug.port.socketPath, resolve);
  });
  return server;
}

function addressIn(frame: Buffer, offset: number): string {
  return frame.toString('hex', lengthBytes + offset, lengthBytes + offset + addressBytes);
}
