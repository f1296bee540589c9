import { replaceCard } from '../cluster/events.ts';
import { recoverySeconds, waitForAssembly } from '../cluster/wait-for-assembly.ts';
import { lookSeconds, powerCycle, root, type Harm } from './harm.ts';

const environment = '. /etc/dlimage/node.env';
const fill =
  'dd if=/dev/zero of=/var/tmp/full bs=1M 2>/dev/null || true; dd if=/dev/zero of=/var/tmp/rest bs=1k 2>/dev/null || true';

/** Harm to files and disks of a node. */
export const harmsToDisks: readonly Harm[] = [
  {
    name: 'a full disk, followed by a restart',
    strike: async ({ struck }) => {
      await root(struck, fill, 'sync');
      await powerCycle(struck);
    },
    mend: async ({ cluster, struck }) => {
      // It has to come back while it is full.
      await waitForAssembly(cluster.nodes, recoverySeconds);
      await root(struck, 'rm -f /var/tmp/full /var/tmp/rest');
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'a torn founding.json',
    strike: async ({ struck }) =>
      void (await root(
        struck,
        'for file in /var/lib/dlimage/founding*.json; do truncate --size=20 $file; done',
        'systemctl restart dlimage-agent.service',
      )),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'the volume is unmounted lazily',
    strike: async ({ struck }) => void (await root(struck, 'umount --lazy /mnt/cluster')),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'the volume is stopped',
    strike: async ({ struck }) =>
      void (await root(struck, 'gluster --mode=script volume stop $(gluster volume list) force')),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'the brick is wiped',
    strike: async ({ struck }) =>
      void (await root(
        struck,
        environment,
        'systemctl stop glusterd.service; pkill -KILL -x glusterfsd || true',
        'rm -rf "$DLIMAGE_BRICK_DIRECTORY"',
        'systemctl start glusterd.service',
      )),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'power is lost amid writing',
    strike: async ({ struck, random }) => {
      const writing =
        'while :; do date >/var/lib/dlimage/scratch && sync /var/lib/dlimage/scratch; date >/mnt/cluster/scratch; done';
      await root(struck, `nohup sh -c '${writing}' >/dev/null 2>&1 &`);
      await new Promise((resolve) => setTimeout(resolve, random.between(5, 20) * 1000));
      await powerCycle(struck);
    },
    mend: async ({ cluster, struck }) => {
      await waitForAssembly(cluster.nodes, recoverySeconds);
      await root(struck, 'rm -f /var/lib/dlimage/scratch /mnt/cluster/scratch');
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'random blocks of the card are overwritten',
    strike: async ({ struck, random }) => {
      const blocks = Array.from({ length: 30 }, () => Math.floor(random.between(20_000, 500_000)));
      const device = '$(findmnt --noheadings --output SOURCE /)';
      const lines = blocks.map(
        (block) => `dd if=/dev/urandom of=${device} bs=4096 count=1 seek=${block} conv=notrunc 2>/dev/null`,
      );
      await root(struck, ...lines, 'sync');
      await powerCycle(struck);
    },
    // What is left of a card is luck: where the node does not come back, a person puts a new card in.
    mend: async ({ cluster, struck }) => {
      try {
        await waitForAssembly(cluster.nodes, recoverySeconds / 2);
      } catch {
        await replaceCard(struck, cluster.nodes);
      }
    },
    wholeWithin: recoverySeconds,
  },
  {
    name: 'the file of the node’s key is removed',
    strike: async ({ struck }) => void (await root(struck, 'rm /etc/dlimage/ssh/id_ed25519')),
    said: { by: 'struck', words: /id_ed25519 was removed/, withinSeconds: lookSeconds },
    mend: async ({ struck }) => void (await root(struck, 'dlimage-node restore /etc/dlimage/ssh/id_ed25519')),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'daemon.json is changed by hand',
    strike: async ({ struck }) =>
      void (await root(
        struck,
        `sed -i 's/"live-restore"/"debug": true, "live-restore"/' /etc/docker/daemon.json`,
      )),
    said: { by: 'others', words: /daemon\.json was changed/, withinSeconds: lookSeconds },
    mend: async ({ struck }) => void (await root(struck, 'dlimage-node restore /etc/docker/daemon.json')),
    wholeWithin: recoverySeconds,
  },
];
