/** The way to a value inside a definition: `['nodes', 2, 'address']`. The empty path is the whole document. */
export type DefinitionPath = readonly (string | number)[];

/** A path as people write it: `nodes[2].address`. */
export function showPath(path: DefinitionPath): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === 'number') return `${shown}[${part}]`;
    return shown === '' ? part : `${shown}.${part}`;
  }, '');
}
