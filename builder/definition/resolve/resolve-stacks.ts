import { posix } from 'node:path';
import type { ClusterImage, ClusterStack, StackEntry } from '../cluster.ts';
import type { HostPath, LookUpPath } from '../environment.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import { fullReference } from '../images/image-reference.ts';
import type { StackContent } from '../stacks/stack-content.ts';
import { readStacks, stackFilesOf, type WrittenStack } from '../stacks/written-stack.ts';

/** Where the shared storage is mounted on every node. */
const sharedStorage = '/mnt/cluster';

/** Fills in the stacks. Those that cannot be read are left out; the rules report them. */
export function resolveStacks(
  written: ClusterDefinition,
  images: readonly ClusterImage[],
  lookUp: LookUpPath,
): ClusterStack[] {
  const baked = new Set(
    images.flatMap((archive) => archive.images.flatMap((image) => image.references.map(fullReference))),
  );
  return readStacks(written.stacks, lookUp).flatMap((stack) => {
    if (stack.found === undefined || stack.compose === undefined) return [];
    const { services } = stack.compose.content;
    const files = resolveFiles(stack, lookUp);
    // Alone it needs no folder; with other files it lies among them as it does on the builder.
    const path = files.length === 0 ? `${stack.name}.yaml` : pathOf(stack, stack.file);
    return [
      {
        name: stack.name,
        file: entryOf(stack.found, path, false),
        files,
        directories: sharedDirectories(stack.compose.content),
        isBaked: services.every(({ image }) => image !== undefined && baked.has(fullReference(image))),
      },
    ];
  });
}

function resolveFiles(stack: WrittenStack, lookUp: LookUpPath): StackEntry[] {
  const entries = new Map<string, StackEntry>();
  for (const { found, isSecret } of stackFilesOf(stack, lookUp)) {
    if (found?.kind !== 'file') continue;
    const entry = entryOf(found, pathOf(stack, found.written), isSecret);
    entries.set(entry.path, { ...entry, isSecret: isSecret || entries.get(entry.path)?.isSecret === true });
  }
  return [...entries.values()];
}

/** The path from the folder of the definition, below a folder of the stack's own. */
function pathOf({ name }: WrittenStack, written: string): string {
  return posix.join(name, written);
}

function entryOf({ realPath, sizeBytes }: HostPath, path: string, isSecret: boolean): StackEntry {
  return { hostPath: realPath, sizeBytes, path, isSecret };
}

/** Docker does not make the folder of a bind mount in a swarm: a task without it is refused. */
function sharedDirectories({ services, volumeDevices }: StackContent): string[] {
  const sources = services.flatMap(({ binds }) => binds.map(({ source }) => source));
  const shared = [...sources, ...volumeDevices]
    .filter((source) => !source.includes('$'))
    .map((source) => posix.normalize(source))
    .filter((source) => source.startsWith(`${sharedStorage}/`));
  return [...new Set(shared.map((source) => source.replace(/\/+$/, '')))].toSorted();
}
