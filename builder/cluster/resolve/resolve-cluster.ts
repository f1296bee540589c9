import type { Cluster, ClusterKeyboard, ClusterStorage } from '../model/cluster.ts';
import { defaults, type UsedDefault } from '../model/defaults.ts';
import type { Environment, LookUpPath } from '../model/environment.ts';
import type { ClusterDefinition, NodeDefinition } from '../generated/cluster.ts';
import type { Locator } from '../source/locator.ts';
import { nameOfProfile, type BoardLookup } from './board-lookup.ts';
import { recordDefaults, type UseDefault } from './use-default.ts';
import { resolveFiles } from './resolve-files.ts';
import { resolveImages } from './resolve-images.ts';
import { resolveKeyboard } from './resolve-keyboard.ts';
import { resolveNetwork } from './resolve-network.ts';
import { resolveNodes } from './resolve-nodes.ts';
import { resolveStacks } from './resolve-stacks.ts';
import { resolveStorage } from './resolve-storage.ts';
import { resolveSwarm } from './resolve-swarm.ts';
import { resolveUsers } from './resolve-users.ts';

/** The cluster written out in full, and the defaults that this took. */
export interface ResolvedCluster {
  readonly cluster: Cluster;
  /** The nodes as the definition has them; made up from `count` when it lists none. */
  readonly writtenNodes: readonly NodeDefinition[];
  readonly defaults: readonly UsedDefault[];
}

/**
 * Fills in every default. Total and without diagnostics: what cannot be right (an address that ran out, a key that is
 * broken) is left empty or out, and reported by the rules, which look at the written definition as well.
 */
export function resolveCluster(
  written: ClusterDefinition,
  boards: BoardLookup,
  environment: Environment,
  lookUp: LookUpPath,
  locator: Locator,
): ResolvedCluster {
  const { use, used } = recordDefaults();
  const profile = written.profile ?? use('profile', defaults.profile);
  const name = written.name ?? use('name', nameOfProfile(profile));
  const writtenNodes = written.nodes ?? nodesByCount(written, use);
  const lan = resolveNetwork(written, use);
  const nodes = resolveNodes(written, writtenNodes, name, lan, boards);
  if (written.base === undefined) use('base', boards.profileOf({}).default_base);
  const { storage, storingIndexes, arbiterIndex } = resolveStorage(written, nodes, use);
  const images = resolveImages(written, lookUp);
  const swarm = resolveSwarm(written, lan.lan, lookUp, use);
  const users = resolveUsers(written, environment, lookUp, locator, use);
  const keyboard = resolveKeyboard(written.keyboard);
  const cluster: Cluster = {
    name,
    nodes: nodes.map((node) => ({
      ...node,
      storesData: storingIndexes.has(node.index),
      disk: storingIndexes.has(node.index) ? diskOf(writtenNodes[node.index - 1], storage) : null,
      arbiter: node.index === arbiterIndex,
    })),
    network: lan.network,
    vip: lan.vip,
    users,
    timezone: written.timezone ?? use('timezone', defaults.timezone),
    locale: written.locale ?? use('locale', defaults.locale),
    keyboard,
    storage,
    swarm,
    firewall: { open: written.firewall?.open ?? [] },
    docker: written.docker ?? {},
    watchdog: written.watchdog ?? defaults.watchdog,
    dtoverlays: written.dtoverlays ?? [],
    packages: packagesOf(written, keyboard),
    files: resolveFiles(written, users, lookUp),
    images,
    stacks: resolveStacks(written, { nodes, network: lan.network, swarm, images }, lookUp, environment),
  };
  return { cluster, writtenNodes, defaults: used };
}

/** No base that dlimage builds has the program that sets up a console. */
function packagesOf({ packages = [] }: ClusterDefinition, keyboard: ClusterKeyboard | null): string[] {
  return [...new Set([...packages, ...(keyboard === null ? [] : ['console-setup'])])].toSorted();
}

function diskOf(node: NodeDefinition | undefined, storage: ClusterStorage): string | null {
  if (storage.type !== 'glusterfs' || node?.disk === false) return null;
  return node?.disk ?? storage.disk;
}

function nodesByCount(written: ClusterDefinition, use: UseDefault): NodeDefinition[] {
  const count = written.count ?? Number(use('count', String(defaults.count)));
  return Array.from({ length: count }, () => ({}));
}
