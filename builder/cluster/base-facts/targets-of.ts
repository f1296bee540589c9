import type { FileTarget } from '../rules/file-targets.ts';

/** Whether one of these nodes gets what a target is about. */
export function isForNodes({ nodes }: FileTarget, names: readonly string[]): boolean {
  return nodes === null || nodes.some((name) => names.includes(name));
}
