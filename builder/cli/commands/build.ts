import { join, resolve } from 'node:path';
import { buildCluster, type BuiltNode } from '../../host/build/build-cluster.ts';
import { cacheDirectory } from '../../host/cache-directory.ts';
import { loginKeyFile } from '../../host/identity/login-key-file.ts';
import type { LoadedCluster } from '../../host/load-cluster.ts';
import { stateDirectory } from '../../host/state-directory.ts';
import { formatTable, printLine, progressFor } from '../console.ts';
import { loadAndReport, shownPath, type DefinitionOptions } from '../definition-options.ts';
import { formatBytes } from '../../report/format-units.ts';
import { abortOnInterruption } from '../interruption.ts';

interface BuildOptions extends DefinitionOptions {
  readonly out?: string;
  readonly cache?: string;
}

/** `dlimage build` */
export async function runBuild(file: string | undefined, options: BuildOptions): Promise<void> {
  const loaded = await loadAndReport(file, options);
  const { cluster, projectDirectory, selected } = loaded;
  const outputDirectory = options.out === undefined ? join(projectDirectory, 'out', cluster.name) : resolve(options.out);
  const state = stateDirectory(cluster.name, projectDirectory, options.state);
  const built = await buildCluster({
    cluster,
    selected,
    outputDirectory,
    stateDirectory: state,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options),
    signal: abortOnInterruption(),
  });
  if (options.json === true) {
    printLine(JSON.stringify({ event: 'done', outputDirectory, nodes: built.map(({ record }) => record) }));
  } else if (options.quiet !== true) {
    printLine(await summarize(loaded, built, outputDirectory, state));
  }
}

async function summarize(
  { cluster }: LoadedCluster,
  built: readonly BuiltNode[],
  outputDirectory: string,
  state: string,
): Promise<string> {
  const rows = built.map(({ record, path, isUpToDate }) => [
    record.name,
    record.role,
    record.address ?? 'DHCP',
    shownPath(path),
    formatBytes(record.sizeBytes),
    isUpToDate ? 'unchanged' : `base + ${formatBytes(record.patchBytes)}`,
  ]);
  const user = cluster.users.find(({ authorizedKeys }) => authorizedKeys.length === 0);
  const key = user === undefined ? '' : `-i ${shownPath(await loginKeyFile(state))} `;
  const first = cluster.nodes.find(({ address }) => address !== null);
  const name = user?.name ?? cluster.users[0]?.name;
  return [
    '',
    formatTable(['node', 'role', 'address', 'image', 'size', ''], rows),
    '',
    'Next:',
    `  1. write each image to the card or disk of its node, for example with Raspberry Pi Imager`,
    `     (check them first if they travelled: cd ${shownPath(outputDirectory)} && sha256sum -c SHA256SUMS)`,
    '  2. switch the nodes on',
    ...(first === undefined ? [] : [`  3. log in: ssh ${key}${name}@${first.address}`]),
    `Keep ${shownPath(state)} private and backed up: it makes a node that is built again the same node.`,
  ].join('\n');
}
