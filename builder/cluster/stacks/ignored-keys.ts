/** Keys of a service that Docker accepts in a stack and does nothing with, and what does it instead. Source: docker/cli, cli/compose/types. */
export const ignoredKeys: ReadonlyMap<string, string> = new Map([
  ['cap_add', 'Docker of these nodes is too old for it: use a newer base'],
  ['cap_drop', 'Docker of these nodes is too old for it: use a newer base'],
  ['cgroup_parent', 'limit the service by deploy.resources'],
  ['cgroupns_mode', 'remove it'],
  ['container_name', 'other services reach it by the name of the service'],
  ['depends_on', 'services start in any order: each must wait for what it needs'],
  ['devices', 'a swarm gives no devices to containers: run what needs one outside of the stack'],
  ['domainname', 'write it into hostname'],
  ['external_links', 'put both services into one network'],
  ['ipc', 'remove it'],
  ['links', 'services in one network reach each other by their names'],
  ['mac_address', 'remove it'],
  [
    'network_mode',
    'for the network of the node, name networks: [outside] here, and outside: { external: true, name: host } in networks: of the file',
  ],
  ['pid', 'remove it'],
  ['privileged', 'name what the service needs below cap_add'],
  [
    'restart',
    'write deploy: { restart_policy: { condition: none } }; a swarm restarts every service that does not say so',
  ],
  ['security_opt', 'remove it'],
  ['shm_size', 'mount memory: volumes: [{ type: tmpfs, target: /dev/shm, tmpfs: { size: 67108864 } }]'],
  ['ulimits', 'Docker of these nodes is too old for it: use a newer base'],
  ['userns_mode', 'remove it'],
]);

/** Since this version a swarm does what these keys say. */
const doneSince = 20.1;
const doneByNewer: ReadonlySet<string> = new Set(['cap_add', 'cap_drop', 'ulimits']);

/** True when Docker on some node ignores a key of a service that is in `ignoredKeys`. */
export function isKeyIgnored(
  key: string,
  service: Readonly<Record<string, unknown>>,
  dockers: readonly (string | undefined)[],
): boolean {
  if (doneByNewer.has(key))
    return dockers.some((docker) => docker !== undefined && Number(docker) < doneSince);
  // Docker says that it ignores `restart`, but takes it when there is no policy; only `no` has no effect then.
  if (key === 'restart') return service[key] === 'no' && !hasPolicy(service);
  const value = service[key];
  // A mapping is refused here, which says more.
  if (key === 'depends_on') return Array.isArray(value);
  return value !== false && value !== null;
}

function hasPolicy({ deploy }: Readonly<Record<string, unknown>>): boolean {
  return typeof deploy === 'object' && deploy !== null && 'restart_policy' in deploy;
}
