import { posix } from 'node:path';
import type {
  ClusterImage,
  ClusterNetwork,
  ClusterNode,
  ClusterStack,
  ClusterSwarm,
  ComposeEntry,
  StackEntry,
  ValuedVariable,
  VersionedObject,
} from '../model/cluster.ts';
import type { Environment, LookUpPath } from '../model/environment.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import { fullReference } from '../docker-images/image-reference.ts';
import { composeVersionOf, newestCommonMinor } from '../stacks/compose-version.ts';
import { encryptedOption, missingNetworkOptions, mtuOption } from '../stacks/network-options.ts';
import { looksLikeFile, sharedPath } from '../stacks/shared-path.ts';
import type { StackContent } from '../stacks/stack-content.ts';
import { at } from '../stacks/tree-access.ts';
import { fillEnvFile } from '../stacks/env-file.ts';
import { usedVariables } from '../stacks/written-env-file.ts';
import {
  readStacks,
  stackFilesOf,
  type ComposeFile,
  type FoundStackFile,
  type ParsedCompose,
  type WrittenStack,
} from '../stacks/written-stack.ts';

/** The parts of a cluster that decide what becomes of its stacks. */
interface StackSurroundings {
  readonly nodes: readonly Pick<ClusterNode, 'base'>[];
  readonly network: Pick<ClusterNetwork, 'mtu'>;
  readonly swarm: ClusterSwarm;
  readonly images: readonly ClusterImage[];
}

/** Fills in the stacks. Those that cannot be read are left out; the rules report them. */
export function resolveStacks(
  written: ClusterDefinition,
  around: StackSurroundings,
  lookUp: LookUpPath,
  environment: Environment,
): ClusterStack[] {
  const baked = new Set(
    around.images.flatMap((archive) =>
      archive.images.flatMap((image) => image.references.map(fullReference)),
    ),
  );
  return readStacks(written.stacks, lookUp, environment).flatMap((stack) => {
    const read = stack.files.flatMap((file) =>
      file.compose === undefined ? [] : [{ ...file, compose: file.compose }],
    );
    if (read.length < stack.files.length) return [];
    const found = read.flatMap((file) => stackFilesOf(stack, file, lookUp));
    const contents = read.map(({ compose }) => compose.content);
    const images = imagesOf(contents);
    return [
      {
        name: stack.name,
        composeFiles: composeEntries(stack, read, around, lookUp),
        files: resolveFiles(stack, found),
        directories: sharedDirectories(contents),
        networks: sharedNetworks(contents, around.swarm),
        images: images.flatMap((image) => image ?? []),
        variables: valuedVariables(stack, lookUp),
        isBaked: images.every((image) => image !== undefined && baked.has(fullReference(image))),
      },
    ];
  });
}

function valuedVariables(stack: WrittenStack, lookUp: LookUpPath): ValuedVariable[] {
  return usedVariables(stack, lookUp).flatMap((name) => {
    const origin = stack.variables.originOf(name);
    return origin === undefined ? [] : [{ name, file: origin.from === 'file' ? origin.file : null }];
  });
}

/** The image of each service: the last file that names one counts. */
function imagesOf(contents: readonly StackContent[]): (string | undefined)[] {
  const images = new Map<string, string | undefined>();
  for (const { name, image } of contents.flatMap(({ services }) => services)) {
    images.set(name, image ?? images.get(name));
  }
  return [...images.values()];
}

function composeEntries(
  stack: WrittenStack,
  files: readonly (ComposeFile & { readonly compose: ParsedCompose })[],
  { nodes, network: { mtu }, swarm }: StackSurroundings,
  lookUp: LookUpPath,
): ComposeEntry[] {
  const dockers = nodes.map(({ base }) =>
    base.from === 'definition' ? base.definition.software.docker : undefined,
  );
  const isAlone = files.length === 1 && files.every(({ compose }) => compose.content.files.length === 0);
  const read = files.map((file) => ({
    ...file.compose,
    file: file.file,
    version: composeVersionOf(at(file.compose.tree, 'version'), dockers),
    versioned: versionedObjects(stack, file, lookUp),
  }));
  // Version 3.5 brought names for configs and secrets; a later version takes whatever an earlier one does.
  const isTooOld = read.some(({ version }) => (version?.minor ?? 0) < 5);
  const needsNames = read.some(({ versioned }) => versioned.length > 0);
  const newer = isTooOld && needsNames ? `3.${newestCommonMinor(dockers)}` : undefined;
  const lacking = missingNetworkOptions(
    read.map(({ tree }) => tree),
    {
      ...(mtu !== null && { [mtuOption]: String(mtu) }),
      ...(swarm.isEncrypted && { [encryptedOption]: 'true' }),
    },
  );
  return read.map(({ file, text, filled, version, versioned }, index) => ({
    // Alone it needs no folder; with other files it lies among them as it does on the builder.
    path: isAlone ? `${stack.name}.yaml` : pathOf(stack, file),
    text,
    changes: filled.changes,
    version: newer ?? version?.written ?? null,
    versioned,
    networks: lacking[index] ?? [],
  }));
}

function versionedObjects(stack: WrittenStack, file: ComposeFile, lookUp: LookUpPath): VersionedObject[] {
  const found = stackFilesOf(stack, file, lookUp);
  return (file.compose?.content.resources ?? []).flatMap(({ kind, key, path, name, isExternal }) => {
    if ((kind !== 'config' && kind !== 'secret') || isExternal || name !== undefined) return [];
    const source = found.find((one) => one.path[0] === path[0] && one.path[1] === key)?.found;
    return source?.kind === 'file' ? [{ section: `${kind}s` as const, key, hostPath: source.realPath }] : [];
  });
}

function resolveFiles(stack: WrittenStack, named: readonly FoundStackFile[]): StackEntry[] {
  const entries = new Map<string, StackEntry>();
  for (const { found, kind } of named) {
    if (found?.kind !== 'file') continue;
    const { realPath: hostPath, sizeBytes, text = '' } = found;
    const path = pathOf(stack, found.written);
    const isSecret = kind !== 'config' || entries.get(path)?.isSecret === true;
    const filled = kind === 'env_file' ? fillEnvFile(text, stack.variables.lookUp) : undefined;
    entries.set(path, { hostPath, sizeBytes, path, isSecret, ...(filled === undefined ? {} : { filled }) });
  }
  return [...entries.values()];
}

/** The path from the folder of the definition, below a folder of the stack's own. */
function pathOf({ name }: WrittenStack, written: string): string {
  return posix.join(name, written);
}

/** Docker does not make the folder of a bind mount in a swarm: a task without it is refused. */
function sharedDirectories(contents: readonly StackContent[]): string[] {
  const binds = contents.flatMap(({ services, volumeDevices }) => [
    ...services.flatMap((service) => service.binds),
    ...volumeDevices,
  ]);
  const folders = binds.flatMap(({ source, target }) =>
    looksLikeFile(source, target) ? [] : (sharedPath(source) ?? []),
  );
  return [...new Set(folders)].toSorted();
}

function sharedNetworks(contents: readonly StackContent[], { networks }: ClusterSwarm): string[] {
  const used = contents.flatMap(({ resources }) =>
    resources
      .filter(({ kind, isExternal }) => kind === 'network' && isExternal)
      .map(({ name, key }) => name ?? key),
  );
  return networks.filter((name) => used.includes(name));
}
