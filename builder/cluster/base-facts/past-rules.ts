import { networkOf } from '../model/network-of.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { traitsOf } from '../model/base-traits.ts';
import { error } from '../../report/finding.ts';
import type { RuleContext } from '../rules/rule.ts';
import { shown } from '../../report/shown.ts';
import type { BaseFacts } from './base-facts.ts';
import { baseLocation } from './base-location.ts';
import type { BaseRule } from './base-rule.ts';
import { fits } from './earlier-networks.ts';

const onMachine = 'on a machine that runs this image:';
const thenImage = 'shut it down, and use its image from then on';

/** Peers, stacks, keys and files that it has and the new definition has not would stay, and count. */
function* imageOfNode(context: RuleContext, { name, past, ...facts }: BaseFacts): Iterable<Diagnostic> {
  if (past.nodeOf === null) return;
  const message = `${name} is a node of ${shown(past.nodeOf)} already: its peers, stacks and keys would stay beside yours`;
  const hint = 'take the base that it was made from; what you added belongs into packages and files';
  yield error('image-of-node', baseLocation(context, { ...facts, name, past }), message, hint);
}

/** Docker would come up as that member, and every node as the same one. */
function* imageInSwarm(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  if (!facts.past.isInSwarm || facts.past.nodeOf !== null) return;
  const message = `${facts.name} is a member of a swarm already, and every node would be the same member`;
  const hint = `${onMachine} sudo docker swarm leave --force, ${thenImage}`;
  yield error('image-in-swarm', baseLocation(context, facts), message, hint);
}

/** glusterd would look for its old peers, and start its old volumes. */
function* imageInPool(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  if (!facts.past.isInPool || facts.past.nodeOf !== null || context.cluster.storage.type !== 'glusterfs')
    return;
  const message = `${facts.name} has peers or volumes of GlusterFS already, which would stay beside those of the cluster`;
  const hint = `${onMachine} sudo systemctl stop glusterd; sudo rm -r /var/lib/glusterd/peers/* /var/lib/glusterd/vols/*; ${thenImage}`;
  yield error('image-in-pool', baseLocation(context, facts), message, hint);
}

/** Addresses of several files add up: the node would also have the one of the old machine. */
function* fixedNetwork(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  const { cluster } = context;
  const nodes = cluster.nodes.filter(({ name, base }) => {
    const isPublishers = base.from === 'definition' && base.image === null;
    return facts.nodes.includes(name) && !isPublishers;
  });
  for (const { path, interfaces } of facts.past.networks) {
    if (path.startsWith('/etc/NetworkManager/') && !nodes.some(isManaged)) continue;
    const names = nodes.flatMap((node) => {
      const network = networkOf(cluster, node);
      return [network.interface, network.wiredInterface];
    });
    if (!names.some((name) => interfaces.some((pattern) => fits(pattern, name)))) continue;
    const message = `${shown(path)} of ${facts.name} configures a network, too: nodes would also have what it says`;
    const what = path === '/etc/network/interfaces' ? 'take all but lo out of' : 'sudo rm';
    const hint = `${onMachine} ${what} ${shown(path)}, ${thenImage}`;
    yield error('network-elsewhere', baseLocation(context, facts), message, hint);
  }
}

function isManaged(node: Parameters<typeof traitsOf>[0]): boolean {
  return traitsOf(node).renderer === 'NetworkManager';
}

/** Rules about images that were machines of a cluster, or of a network. */
export const pastRules: readonly BaseRule[] = [imageOfNode, imageInSwarm, imageInPool, fixedNetwork];
