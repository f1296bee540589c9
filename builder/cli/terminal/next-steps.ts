import { join } from 'node:path';
import { quoteWord } from '../../report/quote-word.ts';
import type { BuildFormat } from '../../image/image-format.ts';
import type { LoadedCluster } from '../../cluster/host/load-cluster.ts';
import type { Delivery } from '../../node/delivery.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { nextCommand } from './next-command.ts';

/** A finished build, for the hints on what to do next. */
export interface FinishedBuild {
  readonly loaded: LoadedCluster;
  readonly formats: readonly BuildFormat[];
  readonly delivery: Delivery;
  readonly outputDirectory: string;
  /** `--state` as typed. */
  readonly state: string | undefined;
}

/** Hints for after a build, with commands that work in the directory where it was started. */
export function nextSteps(build: FinishedBuild): string[] {
  const { loaded, delivery, state } = build;
  const { isVagrant } = delivery;
  const { cluster, stateDirectory } = loaded;
  const first = cluster.nodes.find(({ address }) => address !== null);
  const config = quoteWord(shownPath(join(stateDirectory, 'ssh_config')));
  const wait = nextCommand('status', loaded, { state, more: ['--wait'] });
  return [
    'Next:',
    ...firstSteps(build),
    `  2. ${isVagrant ? '' : 'switch the nodes on, and wait until they are a cluster: '}${wait}`,
    ...(first === undefined ? [] : [`  3. log in: ssh -F ${config} ${first.name}`]),
    ...(isVagrant ? [] : addressesToKeep(loaded)),
    `Keep ${shownPath(stateDirectory)} private and backed up: from it any node is built again as the same node.`,
  ];
}

/** Providers of Vagrant by the formats that they take. */
const providersOf: Partial<Record<BuildFormat, readonly string[]>> = {
  box: ['libvirt', 'qemu'],
  'virtualbox-box': ['virtualbox'],
};

/** `vagrant up` with the providers whose box there is. */
function vagrantUp({ outputDirectory, formats }: FinishedBuild): string {
  const [first, ...others] = formats
    .flatMap((format) => providersOf[format] ?? [])
    .map((provider) => `--provider=${provider}`);
  const command = `(cd ${quoteWord(shownPath(outputDirectory))} && vagrant up ${first})`;
  return others.length === 0 ? command : `${command}   or ${others.join(', ')}`;
}

function firstSteps(build: FinishedBuild): string[] {
  const { delivery, outputDirectory } = build;
  if (delivery.isVagrant) {
    return [
      `  1. ${vagrantUp(build)}`,
      '     The subnet must be free on this machine; for VirtualBox inside 192.168.56.0/21.',
    ];
  }
  const check = `     (check them first if they travelled: (cd ${quoteWord(shownPath(outputDirectory))} && sha256sum -c SHA256SUMS))`;
  if (delivery.isSeeded) {
    return ['  1. give each machine a copy of the image as its disk, and its own seed as a CD-ROM', check];
  }
  return [
    '  1. write each image to the card or disk of its node, for example with Raspberry Pi Imager',
    check,
  ];
}

/** Nobody chose these addresses, and a router that gives one of them to a telephone takes a node off the network. */
function addressesToKeep({ cluster, defaults }: LoadedCluster): string[] {
  if (!defaults.some(({ key }) => key === 'network.subnet')) return [];
  const addresses = cluster.nodes.flatMap(({ address }) => address ?? []);
  const [from, to] = [addresses.at(0), addresses.at(-1)];
  const range = from === to ? from : `${from} to ${to}`;
  const vip = cluster.vip === null ? '' : ` and ${cluster.vip}`;
  return [
    `These addresses are defaults, and many routers give them to other devices: ${range}${vip}.`,
    'Take them out of the DHCP range of your router, or choose others in a cluster.yaml.',
  ];
}
