import {
  meets,
  parseConstraint,
  type NodeProperty,
  type PlacementConstraint,
} from '../stacks/placement-constraint.ts';
import type { StackService } from '../stacks/stack-service.ts';
import type { ComposedFile } from './composed-stacks.ts';

/** The services of a file's stack, from all of its files: Docker merges them. */
export function servicesOfStack({ stack }: ComposedFile, files: readonly ComposedFile[]): StackService[] {
  return files
    .filter((file) => file.stack.name === stack.name)
    .flatMap(({ compose }) => compose.content.services);
}

/** Constraints of a service on its nodes, in all files of its stack; undefined for those that Docker refuses. */
export function constraintsOfService(
  service: string,
  composed: ComposedFile,
  files: readonly ComposedFile[],
): (PlacementConstraint | undefined)[] {
  return servicesOfStack(composed, files)
    .filter(({ name }) => name === service)
    .flatMap(({ constraints }) => constraints)
    .map(({ text }) => parseConstraint(text))
    .map((parsed) => ('wrong' in parsed ? undefined : parsed));
}

/** True when a service may run on a node; undefined where a constraint asks for what only the running node knows. */
export function mayRunOn(
  properties: NodeProperty,
  constraints: readonly (PlacementConstraint | undefined)[],
): boolean | undefined {
  const known = constraints.filter((one) => one !== undefined && properties(one.key) !== undefined);
  if (!known.every((one) => one !== undefined && meets(one, properties))) return false;
  return known.length === constraints.length ? true : undefined;
}
