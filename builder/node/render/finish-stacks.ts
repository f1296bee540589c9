import { createHmac } from 'node:crypto';
import type { ClusterStack, ComposeEntry, StackEntry } from '../../cluster/model/cluster.ts';
import { rewriteCompose, type NamedObject } from './rewrite-compose.ts';

/** A stack as it lies on the nodes. */
export interface FinishedStack {
  readonly name: string;
  readonly texts: readonly FinishedText[];
  readonly files: readonly StackEntry[];
  readonly directories: readonly string[];
  readonly networks: readonly string[];
  readonly isBaked: boolean;
  /** 64 hexadecimal digits that change whenever anything of the stack does, and tell nothing of it. */
  readonly version: string;
}

/** A compose file that Docker can deploy with nothing but its own files. */
export interface FinishedText {
  readonly path: string;
  readonly text: string;
  /** It holds values of variables. */
  readonly isSecret: boolean;
}

/** Digits of a content that are part of a name. */
const digitsOfContent = 8;

/**
 * Finishes the compose files of stacks: their variables are filled in, and their configs and secrets are called by their
 * contents, because a swarm lets nobody change either.
 *
 * @param key - a secret of the cluster. Labels and names are seen by everybody who asks Docker: a bare hash of a short
 *   password would give it away
 * @param digestOf - SHA-256 of a file of the builder
 */
export function finishStacks(
  stacks: readonly ClusterStack[],
  key: string,
  digestOf: (hostPath: string) => string,
): FinishedStack[] {
  return stacks.map((stack) => {
    const { name, files, directories, networks, isBaked } = stack;
    const texts = stack.composeFiles.map((file) => finishText(name, file, key, digestOf));
    const contents = [
      ...texts.map(({ path, text }) => `${path}\0${text}`),
      ...files.map(({ path, hostPath, filled }) => `${path}\0${filled ?? digestOf(hostPath)}`),
    ];
    const version = keyed(key, contents.join('\n'));
    return { name, texts, files, directories, networks, isBaked, version };
  });
}

function finishText(
  stack: string,
  { path, text, changes, version, versioned, networks }: ComposeEntry,
  key: string,
  digestOf: (hostPath: string) => string,
): FinishedText {
  const named = versioned.map(({ section, key: object, hostPath }): NamedObject => {
    const content = keyed(key, `${stack}\0${section}\0${object}\0${digestOf(hostPath)}`);
    return { section, key: object, name: `${stack}_${object}_${content.slice(0, digitsOfContent)}` };
  });
  return {
    path,
    text: rewriteCompose(text, { changes, version, named, networks }),
    isSecret: changes.length > 0,
  };
}

function keyed(key: string, content: string): string {
  return createHmac('sha256', key).update(content).digest('hex');
}
