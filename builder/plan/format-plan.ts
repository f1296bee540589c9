import { formatRows } from '../report/format-table.ts';
import type { Plan, PlannedCluster, PlannedEntry, PlannedNode } from './plan.ts';

/** A plan as text for people: the cluster as it was understood, then every file of every node. Ends with a newline. */
export function formatPlan(plan: Plan): string {
  const blocks = [formatCluster(plan.cluster), formatOverlays(plan), ...plan.nodes.map(formatNode)];
  return `${blocks.join('\n\n')}\n`;
}

function formatCluster(cluster: PlannedCluster): string {
  const { swarm, wifi } = cluster;
  const users = cluster.users.map(
    ({ name, sudo, keys }) =>
      `${name} (${keys === 0 ? "the cluster's login key" : count(keys, 'key')}${sudo ? ', sudo' : ''})`,
  );
  return formatRows([
    ['cluster', cluster.name],
    ['id', cluster.id ?? 'made by the first build'],
    ['subnet', cluster.subnet],
    ['gateway', cluster.gateway],
    ['virtual IP', cluster.vip ?? 'none'],
    ['name servers', listOf(cluster.dns)],
    ...(cluster.search.length === 0 ? [] : [['search domains', listOf(cluster.search)]]),
    ['time servers', listOf(["the base's own", ...cluster.ntp])],
    ...(cluster.vlan === null ? [] : [['VLAN', String(cluster.vlan)]]),
    ...(wifi === null ? [] : [['Wi-Fi', `${wifi.ssid} (${wifi.country}), password ***`]]),
    ['users', listOf(users)],
    ['time zone', cluster.timezone],
    ['locale', cluster.locale],
    ['storage', formatStorage(cluster.storage)],
    [
      'swarm',
      `pools ${listOf(swarm.addressPools)} in /${swarm.subnetPrefixLength}, data path port ${swarm.dataPathPort}, certificates ${swarm.certificateDays} days`,
    ],
    ...(cluster.joins.length === 0 ? [] : [['joins', listOf(cluster.joins)]]),
    ...(cluster.openPorts.length === 0 ? [] : [['open ports', listOf(cluster.openPorts)]]),
    ...(cluster.watchdog ? [] : [['watchdog', 'off']]),
    ...(cluster.dtoverlays.length === 0 ? [] : [['dtoverlays', cluster.dtoverlays.join(' ')]]),
    ['packages', listOf(cluster.packages)],
    ...(cluster.images.length === 0 ? [] : [['images', listOf(cluster.images)]]),
    ...(cluster.stacks.length === 0 ? [] : [['stacks', listOf(cluster.stacks)]]),
  ]);
}

function formatStorage({ type, ...settings }: PlannedCluster['storage']): string {
  const said = Object.entries(settings).filter(
    ([, value]) => value !== null && value !== '' && value !== false,
  );
  return [type as string, ...said.map(([key, value]) => `${key} ${value}`)].join(', ');
}

function formatOverlays(plan: Plan): string {
  const rows = plan.overlays.map(({ name, description, sha256 }) => [
    `  ${name}`,
    sha256.slice(0, 12),
    description,
  ]);
  return `overlays\n${formatRows(rows)}`;
}

function formatNode(node: PlannedNode): string {
  const { base } = node;
  const baseText =
    base.from === 'file'
      ? base.path
      : base.from === 'url'
        ? base.url
        : `${base.name} (${base.platform}${base.image === undefined ? '' : `, from ${base.image}`})`;
  const labels = Object.entries(node.labels).map(([key, value]) => `${key}=${value}`);
  const head = formatRows([
    [`node ${node.index}`, node.name],
    ['role', `${node.role}${node.storesData ? ', stores data' : ''}`],
    ['address', `${node.address ?? 'by DHCP'} on ${node.interface}`],
    ['board', node.profile],
    ['base', baseText],
    ['overlays', listOf(node.overlays)],
    ...(labels.length === 0 ? [] : [['labels', listOf(labels)]]),
    ['instance-id', node.instanceId ?? 'after the first build'],
  ]);
  return `${head}\n${formatRows(node.entries.map(entryRow), { right: [sizeColumn] })}`;
}

/** `ls -l`, with the origin in place of the time. */
function entryRow(entry: PlannedEntry): string[] {
  const path = entry.partition === 'boot' ? `boot:${entry.path}` : entry.path;
  return [
    `  ${{ file: '-', directory: 'd', symlink: 'l' }[entry.kind]}${entry.mode}`,
    `${entry.uid}:${entry.gid}`,
    entry.kind === 'file' ? String(entry.sizeBytes ?? '?') : '-',
    entry.origin,
    `${path}${entry.target === null ? '' : ` -> ${entry.target}`}${entry.secret ? ' ***' : ''}`,
  ];
}

const sizeColumn = 2;

function listOf(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
