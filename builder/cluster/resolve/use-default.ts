import type { UsedDefault } from '../model/defaults.ts';

/** Takes a default and remembers that it was taken. */
export type UseDefault = (key: string, value: string) => string;

/** A recorder of defaults: `used` fills up while `use` is called. */
export function recordDefaults(): { readonly use: UseDefault; readonly used: readonly UsedDefault[] } {
  const used: UsedDefault[] = [];
  return {
    used,
    use: (key, value) => {
      used.push({ key, value });
      return value;
    },
  };
}
