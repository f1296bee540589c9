import type { StackResource } from './stack-content.ts';

/** Docker's name for a network, volume, config or secret of a stack. */
export function resourceName(stack: string, { name, key }: Pick<StackResource, 'name' | 'key'>): string {
  return name ?? `${stack}_${key}`;
}
