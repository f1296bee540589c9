import { coverLogins } from '../../report/cover-logins.ts';
import type { ClusterKeyboard } from '../../cluster/model/cluster.ts';
import { defaults } from '../../cluster/model/defaults.ts';
import { formatRows } from '../../report/format-table.ts';
import { describeCounts, formatFiles } from './format-files.ts';
import type { Plan, PlannedCluster, PlannedNode, PlannedWifi } from './plan.ts';

/** Level of detail of a printed plan. */
export interface PlanDetail {
  /** True lists every file, each path once. */
  readonly hasFiles: boolean;
}

/**
 * A plan as text for people: the cluster as it was understood, the nodes in a table, the overlays, and the files or only
 * their number. Ends with a newline.
 */
export function formatPlan(plan: Plan, { hasFiles }: PlanDetail): string {
  const files = hasFiles ? formatFiles(plan.nodes) : [`${describeCounts(plan.nodes)}: --files lists them`];
  const blocks = [formatCluster(plan.cluster), formatNodes(plan.nodes), formatOverlays(plan), ...files];
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
    ['gateway', cluster.gateway ?? 'none'],
    ...(cluster.mtu === null ? [] : [['MTU', String(cluster.mtu)]]),
    ['virtual IP', cluster.vip ?? 'none'],
    ['name servers', listOf(cluster.dns)],
    ...(cluster.search.length === 0 ? [] : [['search domains', listOf(cluster.search)]]),
    ['time servers', listOf(["the base's own", ...cluster.ntp])],
    ...(cluster.vlan === null ? [] : [['VLAN', String(cluster.vlan)]]),
    ...(wifi === null ? [] : [['Wi-Fi', formatWifi(wifi)]]),
    ['users', listOf(users)],
    ['time zone', cluster.timezone],
    ['locale', cluster.locale],
    ...(cluster.keyboard === null ? [] : [['keyboard', formatKeyboard(cluster.keyboard)]]),
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
    ...(cluster.variables.length === 0 ? [] : [['variables', formatVariables(cluster.variables)]]),
  ]);
}

/** Without values: they may be secrets. */
function formatVariables(variables: PlannedCluster['variables']): string {
  return listOf(
    variables.map(({ stack, name, file }) => `${name} of ${stack} (from ${file ?? 'the environment'})`),
  );
}

/** `de; variant nodeadkeys`: commas within the words part several layouts. */
function formatKeyboard({ layout, variant, model, options }: ClusterKeyboard): string {
  const words = [
    ['variant', variant],
    ['model', model === defaults.keyboardModel ? '' : model],
    ['options', options],
  ];
  return [layout, ...words.flatMap(([name, word]) => (word === '' ? [] : [`${name} ${word}`]))].join('; ');
}

function formatWifi({ country, networks }: PlannedWifi): string {
  const words = networks.map(({ ssid, open, enterprise, hidden }) => {
    const login =
      enterprise === undefined ? 'password ***' : `${enterprise.method} as ${enterprise.identity}`;
    return `${ssid} (${[open ? 'open' : login, ...(hidden ? ['hidden'] : [])].join(', ')})`;
  });
  return `${listOf(words)}, ${country}`;
}

/** The settings by the names that they have in the definition. */
function formatStorage({ type, ...settings }: PlannedCluster['storage']): string {
  const said = Object.entries(settings).filter(
    ([, value]) => value !== null && value !== '' && value !== false,
  );
  return [type as string, ...said.map(([key, value]) => `${asWritten(key)} ${value}`)].join(', ');
}

function asWritten(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function formatNodes(nodes: readonly PlannedNode[]): string {
  const rows = nodes.map((node) => [
    `  ${node.index}`,
    node.name,
    `${node.role}${node.storesData ? `, stores data${node.disk === null ? '' : ` on ${node.disk}`}` : ''}`,
    node.address ?? 'by DHCP',
    `${node.interface}${node.wifi === null ? '' : ` to ${formatWifi(node.wifi)}`}`,
    node.profile,
    baseOf(node),
    node.instanceId ?? 'after the first build',
    Object.entries(node.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  ]);
  const header = ['  no', 'name', 'role', 'address', 'interface', 'board', 'base', 'instance-id', 'labels'];
  const isLabelled = nodes.some(({ labels }) => Object.keys(labels).length > 0);
  const shown = [header, ...rows].map((row) => (isLabelled ? row : row.slice(0, -1)));
  return `nodes\n${formatRows(shown)}`;
}

function baseOf({ base }: PlannedNode): string {
  if (base.from === 'file') return base.path;
  if (base.from === 'url') return coverLogins(base.url);
  return `${base.name} (${base.platform}${base.image === undefined ? '' : `, from ${base.image}`})`;
}

function formatOverlays({ overlays, nodes }: Plan): string {
  const rows = overlays.map(({ name, description, sha256 }) => {
    const users = nodes.filter((node) => node.overlays.includes(name));
    return [`  ${name}`, sha256.slice(0, 12), usersOf(users, nodes), description];
  });
  return `overlays\n${formatRows(rows)}`;
}

function usersOf(users: readonly PlannedNode[], nodes: readonly PlannedNode[]): string {
  if (users.length === nodes.length) return 'all nodes';
  return users.length > 3 ? `${users.length} nodes` : users.map(({ name }) => name).join(', ');
}

function listOf(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
