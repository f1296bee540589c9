/** A condition that a node must meet to run a service: `node.labels.disk == ssd`. */
export interface PlacementConstraint {
  readonly key: string;
  readonly isEqual: boolean;
  readonly value: string;
}

/** Parses a constraint as Swarm does. @returns why it refuses it, when it does. Source: moby/swarmkit, manager/constraint. */
export function parseConstraint(text: string): PlacementConstraint | { readonly wrong: string } {
  const operator = ['==', '!='].find((one) => text.includes(one));
  if (operator === undefined) return { wrong: 'it has neither == nor !=' };
  const [key = '', ...rest] = text.split(operator);
  const value = rest.join(operator).trim();
  if (!/^[a-z_][a-z0-9\-_.]+$/i.test(key.trim())) return { wrong: `${key.trim()} is no property of a node` };
  if (!/^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i.test(value))
    return { wrong: `${value} is no value to compare with` };
  return { key: key.trim(), isEqual: operator === '==', value };
}

/** Properties of a node that constraints ask for. A missing one can be anything. */
export type NodeProperty = (key: string) => readonly string[] | undefined;

/** True when a node can meet a constraint. Letters compare without their case. */
export function meets({ key, isEqual, value }: PlacementConstraint, property: NodeProperty): boolean {
  const values = property(key);
  if (values === undefined) return true;
  const isAmong = values.some((one) => one.toLowerCase() === value.toLowerCase());
  // Of several that it may be, one that is not the value is enough.
  return isEqual ? isAmong : !isAmong || values.length > 1;
}
