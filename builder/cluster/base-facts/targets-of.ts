import type { FileTarget } from '../rules/file-targets.ts';

/** True when one of these nodes gets the target. */
export function isForNodes({ nodes }: FileTarget, names: readonly string[]): boolean {
  return nodes === null || nodes.some((name) => names.includes(name));
}
