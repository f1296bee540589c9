import { didYouMean } from '../../report/did-you-mean.ts';
import { error } from '../../report/finding.ts';
import type { ExplainedError, SchemaNode } from '../schema/schema-node.ts';
import { keysAt } from '../schema/unknown-key.ts';
import { listed, shown } from '../../report/shown.ts';
import { showPath, type DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';

/** Keys that `docker compose` has and `docker stack deploy` has not, by where they stand, and what to write instead. */
const insteadOf: readonly (readonly [place: RegExp, keys: readonly string[], hint: string])[] = [
  [/^$/, ['name'], 'remove it: the name of a stack stands in cluster.yaml, stacks: { NAME: FILE }'],
  [
    /^$/,
    ['include'],
    'list the files in cluster.yaml, and Docker merges them: stacks: { NAME: [./a.yaml, ./b.yaml] }',
  ],
  [
    /^services\.[^.]+$/,
    ['extends'],
    'write the keys out, share them by a YAML anchor, or put the rest into another file of the stack: stacks: { NAME: [./a.yaml, ./b.yaml] }',
  ],
  [/^services\.[^.]+$/, ['mem_limit', 'memory'], 'write deploy: { resources: { limits: { memory: 64M } } }'],
  [
    /^services\.[^.]+$/,
    ['mem_reservation'],
    'write deploy: { resources: { reservations: { memory: 64M } } }',
  ],
  [
    /^services\.[^.]+$/,
    ['memswap_limit', 'mem_swappiness', 'oom_kill_disable'],
    'a swarm has no limit for swap; deploy: { resources: { limits: { memory: 64M } } } limits the memory',
  ],
  [
    /^services\.[^.]+$/,
    [
      'cpus',
      'cpu_quota',
      'cpu_shares',
      'cpuset',
      'cpu_count',
      'cpu_percent',
      'cpu_period',
      'cpu_rt_period',
      'cpu_rt_runtime',
    ],
    "write deploy: { resources: { limits: { cpus: '0.5' } } }",
  ],
  [/^services\.[^.]+$/, ['pids_limit'], 'write deploy: { resources: { limits: { pids: 100 } } }'],
  [/^services\.[^.]+$/, ['scale', 'replicas'], 'write deploy: { replicas: 2 }'],
  [
    /^services\.[^.]+$/,
    ['placement', 'resources', 'restart_policy', 'update_config', 'mode', 'constraints'],
    'it belongs under deploy',
  ],
  [
    /^services\.[^.]+$/,
    ['volumes_from', 'volume_driver'],
    'name a volume in the volumes: of the file, with its driver, and mount it in each service',
  ],
  [
    /^services\.[^.]+$/,
    ['log_driver', 'log_opt'],
    'write logging: { driver: json-file, options: { max-size: 10m } }',
  ],
  [
    /^services\.[^.]+$/,
    ['gpus', 'runtime', 'device_cgroup_rules'],
    'a swarm gives no devices to containers; deploy.resources.reservations.generic_resources chooses nodes that advertise some',
  ],
  [
    /^services\.[^.]+$/,
    ['profiles', 'develop', 'attach', 'pull_policy', 'provider', 'models', 'use_api_socket'],
    'remove it: only docker compose has it',
  ],
  [
    /^services\.[^.]+$/,
    ['platform'],
    "write deploy: { placement: { constraints: ['node.platform.arch == aarch64'] } }",
  ],
  [/^services\.[^.]+$/, ['label_file'], 'write the labels below labels:'],
  [
    /^services\.[^.]+$/,
    ['group_add', 'storage_opt', 'annotations', 'uts', 'cgroup', 'blkio_config', 'post_start', 'pre_stop'],
    'remove it: a swarm cannot do it',
  ],
  [
    /^configs\.[^.]+$/,
    ['content', 'environment'],
    'write the text into a file beside this one, and name it: file: ./NAME.conf',
  ],
  [
    /^secrets\.[^.]+$/,
    ['environment', 'content'],
    'write the value into a file beside this one, and name it: file: ./NAME.txt',
  ],
  [
    /^services\.[^.]+\.deploy\.resources\.reservations$/,
    ['devices'],
    'a swarm gives no devices to containers; generic_resources chooses nodes that advertise some',
  ],
  [
    /^services\.[^.]+\.ports\.\d+$/,
    ['host_ip'],
    'remove it: a swarm publishes a port at every address of its nodes',
  ],
  [/^services\.[^.]+\.ports\.\d+$/, ['name', 'app_protocol'], 'remove it: only docker compose has it'],
  [
    /^services\.[^.]+\.networks\.[^.]+$/,
    ['priority', 'gw_priority', 'interface_name', 'link_local_ips', 'mac_address'],
    'remove it: a swarm cannot do it',
  ],
  [
    /^networks\.[^.]+\.ipam\.config\.\d+$/,
    ['gateway', 'ip_range', 'aux_addresses'],
    'remove it: a swarm takes the first address of the subnet for the gateway',
  ],
  [/^networks\.[^.]+$/, ['enable_ipv6', 'enable_ipv4'], 'remove it: networks of a swarm are IPv4'],
  [/^volumes\.[^.]+$/, ['type', 'device', 'o'], 'it belongs under driver_opts'],
];

/** Explains a key that `docker stack deploy` refuses: what to write instead, a misspelling, or one that came with a later version. */
export function explainComposeKey(
  parent: DefinitionPath,
  key: string,
  locator: Locator,
  root: SchemaNode,
): ExplainedError {
  const path = [...parent, key];
  const where = parent.length === 0 ? '' : ` under ${showPath(parent)}`;
  const siblings = keysAt(root, parent);
  if (siblings.length === 0) return { diagnostic: wrongName(path, key, locator), concerns: [path] };
  const place = parent.join('.');
  const instead = insteadOf.find(([pattern, keys]) => pattern.test(place) && keys.includes(key))?.[2];
  const meant = didYouMean(key, siblings);
  const hint =
    instead ??
    (meant === undefined
      ? `docker stack deploy knows here: ${listed(siblings.toSorted())}`
      : `did you mean ${meant}?`);
  const message = `docker stack deploy refuses the key ${shown(key)}${where}`;
  return { diagnostic: error('stack-key-refused', locator.key(path), message, hint), concerns: [path] };
}

/** Below `services:`, `volumes:` and the like, every name is allowed that is made of the right characters. */
function wrongName(path: DefinitionPath, key: string, locator: Locator): ExplainedError['diagnostic'] {
  const message = `${shown(key)} is not usable as a name in ${showPath(path.slice(0, -1))}`;
  return error('stack-key-malformed', locator.key(path), message, 'use letters, digits, . _ and -');
}
