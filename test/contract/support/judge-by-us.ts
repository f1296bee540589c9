import { isUtf8 } from 'node:buffer';
import { posix } from 'node:path';
import {
  lookUpPaths,
  type Environment,
  type HostPath,
  type Reference,
} from '../../../builder/cluster/model/environment.ts';
import { collectReferences } from '../../../builder/cluster/resolve/references.ts';
import { stackReferences, stackVariableReferences } from '../../../builder/cluster/stacks/written-stack.ts';
import { understandCluster } from '../../../builder/cluster/understand-cluster.ts';
import { finishStacks } from '../../../builder/node/render/finish-stacks.ts';
import { environment, schemas, world } from '../../errors/world.ts';
import type { StackCase } from './stack-cases/stack-case.ts';

/** What dlimage says to compose files. */
interface OurJudgement {
  readonly accepts: boolean;
  /** All that is wrong, only the engine would find. */
  readonly isForEngine: boolean;
  /** Ids and messages of the errors. */
  readonly refusals: readonly string[];
  /** The compose files, and the files beside them that are filled in, as they would lie on a node, by their names; undefined when they are refused. */
  readonly finished: Readonly<Record<string, string>> | undefined;
}

/** What only the engine finds, when the stack is deployed: the docker command alone takes it. */
const foundByEngine = new Set([
  'stack-builds',
  'stack-without-image',
  'stack-use-unknown',
  'stack-image-malformed',
  'stack-name-refused',
  'stack-value-wrong',
  'stack-bind-relative',
  'stack-not-compose',
  'stack-port-clash',
  'stack-port-taken',
  'stack-constraint-malformed',
]);

/** Judges compose files for nodes whose base has this docker. */
export function judgeByUs({ files, composeFiles, variables, mtu }: StackCase, docker: string): OurJudgement {
  const network = mtu === undefined ? '' : `network: { mtu: ${mtu} }\n`;
  const source = {
    file: 'cluster.yaml',
    text: `${network}stacks: { web: [${composeFiles.map((file) => `./${file}`).join(', ')}] }\n`,
  };
  const look = (references: readonly Reference[]): HostPath[] =>
    references.map((reference): HostPath => {
      const absolutePath = posix.join(environment.projectDirectory, reference.written);
      const content = files[posix.normalize(reference.written)];
      const text = content === undefined ? undefined : Buffer.from(content).toString('utf8');
      const isUndecodable = content !== undefined && !isUtf8(Buffer.from(content));
      const found = { ...reference, absolutePath, realPath: absolutePath };
      return text === undefined
        ? { ...found, kind: 'missing', sizeBytes: 0 }
        : { ...found, kind: 'file', sizeBytes: text.length, text, isUndecodable };
    });
  const named = look(collectReferences(source, { argv: [] }));
  const known: Environment = {
    ...environment,
    paths: [...named, ...look(stackVariableReferences(named))],
    ...(variables === undefined ? {} : { variables }),
  };
  const paths = [...known.paths, ...look(stackReferences(known, lookUpPaths(known)))];
  const bases = world.bases.map(({ name, source: base }) => ({
    name,
    source: { ...base, text: base.text.replace(/docker: '[^']*'/, `docker: '${docker}'`) },
  }));
  const { value, diagnostics } = understandCluster({
    source,
    flags: { argv: [] },
    profiles: world.profiles,
    bases,
    schemas,
    environment: { ...known, paths },
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const refusals = errors
    .filter(({ id }) => !foundByEngine.has(id))
    .map(({ id, message }) => `${id}: ${message}`);
  const [stack] = value === undefined ? [] : finishStacks(value.stacks, 'key', (path) => path);
  const finished =
    stack === undefined
      ? undefined
      : Object.fromEntries([
          ...stack.texts.map(({ text }, index) => [composeFiles[index] ?? '', text]),
          ...stack.files.flatMap(({ path, filled }) =>
            filled === undefined ? [] : [[posix.relative('web', path), filled]],
          ),
        ]);
  const accepts = refusals.length === 0;
  return { accepts, isForEngine: accepts && errors.length > 0, refusals, finished };
}
