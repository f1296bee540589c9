import { setTimeout as sleep } from 'node:timers/promises';
import { readIdentities } from '../../cluster/identity/host/identity-store.ts';
import { withSshAccess } from '../../cluster/identity/host/ssh-access-files.ts';
import type { LoadedCluster } from '../../cluster/host/load-cluster.ts';
import { mapConcurrently } from '../../system/host/map-concurrently.ts';
import { askNode } from '../../check/status/host/ask-node.ts';
import { countFindings } from '../../report/count-findings.ts';
import { exitCode, HostError, UsageError } from '../../report/errors.ts';
import { summarizeCluster, type ClusterStatus } from '../../check/status/cluster-status.ts';
import { statusColumns, statusRows, statusSummary } from '../../check/status/format-status.ts';
import { printLine, printResult, progressFor } from '../terminal/console.ts';
import { formatTable } from '../../report/format-table.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { loadAndReport, type DefinitionOptions } from './support/definition-options.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';

interface StatusOptions extends DefinitionOptions {
  /** Seconds, or true without a number. */
  readonly wait?: string | true;
}

/** Connections at once; each is a program of its own. */
const concurrency = 16;
const pollSeconds = 2;
const defaultWaitSeconds = 600;

/** `dlimage status`: exit code 0 when all nodes are assembled, else 3. */
export async function runStatus(file: string | undefined, options: StatusOptions): Promise<void> {
  const waitSeconds = parseWait(options.wait);
  const loaded = await loadAndReport(file, options);
  const { cluster, stateDirectory, selected } = loaded;
  const identities = await readIdentities(stateDirectory, cluster.nodes);
  if (identities === undefined) throw clusterUnknown(loaded);
  const signal = abortOnInterruption();
  const nodes = cluster.nodes.filter(({ name }) => selected.includes(name));
  const access = { cluster, identities, identityFiles: loaded.identityFiles };
  const status = await withSshAccess(stateDirectory, access, async (config) => {
    const ask = async (): Promise<ClusterStatus> => {
      const asked = await mapConcurrently(
        nodes,
        async (node) => ({
          node,
          answer:
            identities.nodes[node.name] === undefined
              ? { problem: 'it was never built' }
              : await askNode(config, node.name, signal),
        }),
        concurrency,
      );
      return summarizeCluster(cluster, asked);
    };
    return waitSeconds === 0 ? await ask() : await waitForAssembly(ask, waitSeconds, options, signal);
  });
  const code = status.assembled ? exitCode.done : exitCode.host;
  if (options.json === true)
    printResult({ ...status, ...countFindings(loaded.diagnostics, loaded.sources) }, code);
  else if (options.quiet !== true) printLine(formatStatus(status));
  process.exitCode = code;
}

function clusterUnknown({ cluster, stateDirectory, otherStores }: LoadedCluster): HostError {
  const others = otherStores.map((name) => `--name ${name}`);
  const hint =
    others.length > 0
      ? `other clusters are there: ${others.join(', ')}`
      : 'build the cluster first, or name the store of its identities with --state';
  const message = `there are no identities of ${cluster.name} in ${shownPath(stateDirectory)}`;
  return new HostError('cluster-unknown', message, { hint });
}

function parseWait(wait: StatusOptions['wait']): number {
  if (wait === undefined) return 0;
  if (wait === true) return defaultWaitSeconds;
  const seconds = Number(wait);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400) return seconds;
  throw new UsageError(`--wait takes a number of seconds from 1 to 86400, not ${wait}`);
}

async function waitForAssembly(
  ask: () => Promise<ClusterStatus>,
  seconds: number,
  options: StatusOptions,
  signal: AbortSignal,
): Promise<ClusterStatus> {
  const end = Date.now() + seconds * 1000;
  let task;
  for (;;) {
    const status = await ask();
    const { nodes, assembledNodes } = status;
    task ??= progressFor(options).task('Wait for the cluster', { total: nodes.length, unit: 'nodes' });
    task.update(assembledNodes);
    if (status.assembled) {
      task.done();
      return status;
    }
    if (Date.now() >= end) {
      task.fail();
      return status;
    }
    const late = nodes.filter(({ assembled }) => !assembled);
    task.line(late.map(({ name, state }) => `${name}: ${state}`).join('; '));
    await sleep(pollSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function formatStatus(status: ClusterStatus): string {
  return [formatTable(statusColumns, statusRows(status)), '', ...statusSummary(status)].join('\n');
}
