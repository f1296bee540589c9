import type { Cluster } from '../../cluster/model/cluster.ts';
import { isMapping } from '../../cluster/source/is-mapping.ts';
import { dockerAddressPool } from '../../cluster/values/docker-address-pool.ts';

/** Drivers that know `max-size` and `max-file`. */
const rotating: ReadonlySet<unknown> = new Set(['json-file', 'local']);
const rotation = { 'max-size': '10m', 'max-file': '3' };

/** daemon.json of every node, as JSON on several lines: what a swarm on small boards needs, and over it `docker:` of the definition. */
export function dockerDaemon(cluster: Cluster): string {
  const { 'log-driver': driver = 'json-file', 'log-opts': written, ...others } = cluster.docker;
  const options = { ...(rotating.has(driver) && rotation), ...(isMapping(written) ? written : {}) };
  const daemon = {
    'log-driver': driver,
    ...(Object.keys(options).length > 0 && { 'log-opts': options }),
    'live-restore': false,
    ...(cluster.network.mtu !== null && { mtu: cluster.network.mtu }),
    'default-address-pools': [{ base: dockerAddressPool(cluster), size: 24 }],
    ...others,
  };
  return JSON.stringify(daemon, null, 2);
}
