import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { findHolders } from '../cluster/node-facts.ts';
import { fetchText } from '../cluster/probe.ts';
import { recoverySeconds } from '../cluster/wait-for-assembly.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { webImage } from '../cluster/web-image.ts';
import { lookSeconds, root, type Harm, type Scene } from './harm.ts';

const environment = '. /etc/dlimage/node.env';
const hardened = '/etc/ssh/sshd_config.d/20-dlimage-hardening.conf';

/** Waits until a command of root's succeeds on the node that was struck. */
async function untilTrue({ struck }: Scene, what: string, command: string): Promise<void> {
  await waitUntil({
    what,
    seconds: lookSeconds,
    missing: async () => {
      const { exitCode, stderr } = await struck.shell.attempt(`sudo -n sh -c '${command}'`);
      return exitCode === 0 ? undefined : stderr.trim() || 'not yet';
    },
    explain: async () => await root(struck, 'journalctl --identifier=dlimage --lines=30 --no-pager'),
  });
}

/** Says for a minute, from a container's network, what only managers and engines should say. */
const forger = (targets: readonly string[], own: string): string => `
import socket, struct, time
targets = ${JSON.stringify(targets)}
advert = struct.pack('!BBBBBBH', 0x21, 51, 255, 1, 1, 1, 0) + socket.inet_aton('${own}')
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
vxlan = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.time() + 60
while time.time() < end:
    for target in targets:
        for send in (lambda: raw.sendto(advert, (target, 0)), lambda: vxlan.sendto(b'\\x08' + bytes(60), (target, 4789))):
            try:
                send()
            except OSError:
                pass
    time.sleep(0.2)
`;

/** Harm to what nodes hear and say. */
export const harmsToNetwork: readonly Harm[] = [
  {
    name: 'a cable is pulled for a minute and a half',
    strike: async ({ cluster, struck }) => {
      cluster.lan.setLink(struck.port, false);
      await sleep(90_000);
    },
    said: { by: 'others', words: /is missing/, withinSeconds: lookSeconds },
    mend: async ({ cluster, struck }) => {
      struck.shell.close();
      cluster.lan.setLink(struck.port, true);
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'the firewall is flushed',
    strike: async (scene) => {
      // With it Docker's own rules, without which no published port answers.
      await root(scene.struck, 'nft flush ruleset');
      await untilTrue(
        scene,
        'the firewall to be loaded again',
        'nft list set inet dlimage peers | grep -q elements',
      );
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'sshd’s hardening and the kernel’s are taken away',
    strike: async (scene) => {
      await root(scene.struck, `rm ${hardened}`, 'sysctl --write net.ipv4.conf.all.accept_redirects=1');
      await untilTrue(
        scene,
        'both to be put back',
        `test -s ${hardened} && grep -qx 0 /proc/sys/net/ipv4/conf/all/accept_redirects`,
      );
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'a container forges VRRP and VXLAN',
    strike: async ({ cluster, struck, others }) => {
      const holders = await findHolders(cluster.nodes, cluster.virtualIp);
      const program = forger(
        others.map(({ address }) => address),
        cluster.virtualIp,
      );
      await root(
        struck,
        `docker run --detach --name forger ${webImage} busybox sleep 120 >/dev/null`,
        `nsenter --net --target $(docker inspect --format '{{.State.Pid}}' forger) python3 - <<'END'\n${program}\nEND`,
        'docker rm --force forger >/dev/null',
      );
      expect(await findHolders(cluster.nodes, cluster.virtualIp)).toEqual(holders);
      const page = await cluster.forward(cluster.virtualIp, 9280);
      expect(await fetchText(page, '/healthz', [200, 503])).toBeDefined();
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'a foreign machine has a node’s address',
    strike: async ({ struck, others }) =>
      void (await root(
        struck,
        environment,
        `ip address add ${others[0]!.address}/32 dev "$DLIMAGE_INTERFACE"`,
        'sleep 60',
        `ip address delete ${others[0]!.address}/32 dev "$DLIMAGE_INTERFACE"`,
        'ip neighbour flush all',
      )),
    mend: async ({ others }) => {
      for (const { shell } of others) shell.close();
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'a node’s clock is twenty years ahead',
    strike: async ({ struck, others }) => {
      await root(struck, 'systemctl stop chrony.service; date --set="+20 years" >/dev/null');
      await sleep(lookSeconds * 1000);
      for (const { shell, name } of others) {
        const year = Number((await shell.run('date +%Y')).trim());
        expect(Math.abs(year - new Date().getFullYear()), `the year of ${name}`).toBeLessThan(2);
      }
    },
    mend: async ({ struck }) =>
      void (await root(
        struck,
        `date --set=@${Math.round(Date.now() / 1000)} >/dev/null`,
        'systemctl start chrony.service; systemctl restart docker.service dlimage-agent.service',
      )),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'a node’s clock is set back to 2001',
    strike: async ({ struck }) =>
      void (await root(struck, 'date --set=2001-01-01 >/dev/null; systemctl restart docker.service')),
    wholeWithin: recoverySeconds,
  },
];
