import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { ClusterNode, ClusterOfMachines } from './cluster-of-machines.ts';
import { describeCluster } from './describe-cluster.ts';
import { explainCluster } from './explain-cluster.ts';
import { fetchText } from './probe.ts';
import { assemblySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { waitUntil } from './wait-until.ts';
import { webImage, writeWebImage } from './web-image.ts';

/** Two overlay networks that differ in nothing but this. */
const networks = ['plain', 'sealed'] as const;
type NetworkName = (typeof networks)[number];

/** An emulated processor without AES instructions encrypts a few of them in a minute, and does nothing else meanwhile. */
const megabytes = 4;
const published = 8000;

const stack = {
  version: '3.8',
  services: {
    name: {
      image: webImage,
      command: ['httpd', '-f', '-p', '8080', '-h', '/etc'],
      ports: [{ target: 8080, published }],
      deploy: { placement: { constraints: ['node.hostname == boot-1'] } },
    },
  },
};

describeCluster(
  'two nodes whose overlay networks are encrypted',
  {
    count: 2,
    isLong: true,
    definition: {
      storage: { type: 'none' },
      swarm: { encrypted: true },
      images: ['./web.tar'],
      stacks: { here: './here.yaml' },
    },
    prepare: async (directory) => {
      await writeWebImage(join(directory, 'web.tar'));
      await writeFile(join(directory, 'here.yaml'), stringify(stack));
    },
  },
  ({ scenario, machines }) => {
    const sender = (): ClusterNode => machines().node(1);
    const receiver = (): ClusterNode => machines().node(2);

    scenario(
      'they assemble, and send the same through both kinds of network',
      async (cluster) => {
        for (const node of cluster.nodes) await node.start();
        const assembled = await waitForAssembly(cluster.nodes, assemblySeconds);
        await makeNetworks(cluster);
        const seconds: Record<string, number> = {};
        for (const network of networks)
          seconds[`${megabytes} MB through ${network}`] = await send(cluster, network);
        return { 'from power-on to assembled': assembled, ...seconds };
      },
      () => {
        it('encrypts the networks of stacks, and that of published ports', async () => {
          const format = '{{.Name}} {{.Options}}';
          for (const network of ['here_default', 'ingress'])
            expect(
              await sender().shell.runAsRoot(`docker network inspect ${network} --format '${format}'`),
            ).toContain('encrypted:');
        });

        it('answers on a published port of the node that does not run the service', async () => {
          const port = await machines().forward(receiver().address, published);
          let answer: string | undefined;
          await waitUntil({
            what: 'an answer of the service',
            seconds: 300,
            missing: async () => {
              answer = await fetchText(port, '/hostname');
              return answer === undefined ? 'none yet' : undefined;
            },
            explain: async () => await explainCluster(machines().nodes),
          });
          expect(answer?.trim()).toMatch(/^[0-9a-f]{12}$/);
        });

        it('sends ESP for the encrypted network, and none for the other', async () => {
          for (const network of networks) {
            const before = await encryptedBytes(receiver());
            await send(machines(), network);
            const sent = (await encryptedBytes(receiver())) - before;
            if (network === 'sealed') expect(sent).toBeGreaterThan(megabytes * 1024 * 1024);
            else expect(sent).toBeLessThan(1024 * 1024);
          }
        });

        it('drops a datagram that was forged for the encrypted network', async () => {
          expect(await hearForged(machines(), 'plain')).toBe('forged');
          expect(await hearForged(machines(), 'sealed')).toBe('nothing');
        });
      },
    );
  },
);

/** Makes both networks, and on the receiving node a container in each that takes what is sent to port 9000. */
async function makeNetworks(cluster: ClusterOfMachines): Promise<void> {
  const [one, other] = [cluster.node(1), cluster.node(2)];
  for (const network of networks) {
    const option = network === 'sealed' ? '--opt encrypted' : '';
    await one.shell.runAsRoot(`docker network create --driver overlay --attachable ${option} ${network}`);
    // Networks of a swarm reach a manager at once; a container is what takes them to a node.
    // Without a program of its own nc ends the connection at once: its standard input has nothing.
    const sink = 'busybox nc -ll -p 9000 -e busybox dd of=/dev/null bs=64k';
    const run = `docker run --detach --name sink-${network} --network ${network} ${webImage} sh -c '${sink}'`;
    // Docker gives a manager twenty seconds to let a node in, which an emulated one may not keep.
    const again = `docker rm --force sink-${network} && ${run}`;
    await other.shell.runAsRoot(`${run} || { ${again}; } || { ${again}; }`);
  }
}

async function addressOf(cluster: ClusterOfMachines, network: NetworkName): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const { shell } = cluster.node(2);
  return (await shell.runAsRoot(`docker inspect sink-${network} --format '${format}'`)).trim();
}

/** Sends bytes from a container of the first node to one of the second; returns the seconds. */
async function send(cluster: ClusterOfMachines, network: NetworkName): Promise<number> {
  const address = await addressOf(cluster, network);
  const pipe = `busybox dd if=/dev/zero bs=64k count=${megabytes * 16} 2>/dev/null | busybox nc ${address} 9000`;
  const command = `busybox time sh -c "${pipe}" 2>&1`;
  const said = await cluster
    .node(1)
    .shell.runAsRoot(`docker run --rm --network ${network} ${webImage} sh -c '${command}'`, 600);
  const [, minutes, seconds] = /real\s+(\d+)m\s*([\d.]+)s/.exec(said) ?? [];
  if (seconds === undefined) throw new Error(`not sent: ${said}`);
  return Number(minutes) * 60 + Number(seconds);
}

/** What the kernel of a node has encrypted and decrypted since it was started. */
async function encryptedBytes({ shell }: ClusterNode): Promise<number> {
  const states = await shell.runAsRoot('ip -statistics xfrm state');
  return [...states.matchAll(/^\s*(\d+)\(bytes\), (\d+)\(packets\)/gm)].reduce(
    (sum, [, bytes]) => sum + Number(bytes),
    0,
  );
}

/**
 * What a container hears when root on another node makes up a VXLAN packet for its network.
 *
 * Source of the format: RFC 7348, section 5
 */
async function hearForged(cluster: ClusterOfMachines, network: NetworkName): Promise<string> {
  const [one, other] = [cluster.node(1), cluster.node(2)];
  const address = await addressOf(cluster, network);
  const ids = await one.shell.runAsRoot(
    `docker network inspect ${network} --format '{{index .Options "com.docker.network.driver.overlay.vxlanid_list"}}'`,
  );
  const mac = await other.shell.runAsRoot(
    `docker inspect sink-${network} --format '{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}'`,
  );
  const listen = `
import socket
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ear.bind(("", 9001))
ear.settimeout(30)
try:
    print(ear.recv(100).decode())
except socket.timeout:
    print("nothing")
`;
  const forge = `
import socket, struct, time
def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
payload = b"forged"
udp = struct.pack("!HHHH", 9002, 9001, 8 + len(payload), 0) + payload
target = socket.inet_aton("${address}")
source = target[:3] + bytes([250])
head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, source, target)
head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
frame = bytes.fromhex("${mac.trim().replaceAll(':', '')}") + bytes.fromhex("020000000001") + b"\\x08\\x00" + head + udp
vxlan = struct.pack("!II", 0x08000000, ${ids.trim()} << 8) + frame
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(20):
    out.sendto(vxlan, ("${other.address}", 4789))
    time.sleep(0.5)
`;
  const pid = `$(docker inspect --format '{{.State.Pid}}' sink-${network})`;
  const heard = other.shell.runAsRoot(`nsenter --net --target ${pid} python3 - <<'END'\n${listen}\nEND`);
  await one.shell.runAsRoot(`python3 - <<'END'\n${forge}\nEND`);
  return (await heard).trim();
}
