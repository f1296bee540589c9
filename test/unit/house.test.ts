import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const builder = join(import.meta.dirname, '../../builder');

/** From the roof to the cellar: a room may use those behind it, and none before it. */
const rooms = [
  'cli',
  'flash',
  'check',
  'make',
  'artifact',
  'base',
  'node',
  'cluster',
  'image',
  'system',
  'report',
] as const;

const files = readdirSync(builder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** Each import between files of the house, with paths below `builder/`. */
const imports = files.flatMap((from) => {
  const text = readFileSync(join(builder, from), 'utf8');
  const written = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) => path);
  return written.map((path) => ({ from, to: normalize(join(dirname(from), path)) }));
});

describe('the house', () => {
  it('has the rooms that are drawn, and no others', () => {
    const folders = readdirSync(builder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).toSorted()).toEqual(rooms.toSorted());
  });

  it('has stairs that only lead down', () => {
    const floor = (file: string): number => rooms.findIndex((room) => file.startsWith(`${room}/`));
    const up = imports.filter(({ from, to }) => floor(to) < floor(from));
    expect(up.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('keeps effects below host/: what is pure uses nothing from there', () => {
    const isPure = (file: string): boolean => !file.startsWith('cli/') && !file.includes('/host/');
    const wrong = imports.filter(({ from, to }) => isPure(from) && to.includes('/host/'));
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('has no circle of folders', () => {
    expect(findCircle(imports.map(({ from, to }) => [dirname(from), dirname(to)] as const))).toEqual([]);
  });

  it('gives no name to two things', () => {
    const names = files
      .filter((file) => !file.includes('/generated/'))
      .flatMap((file) =>
        [
          ...readFileSync(join(builder, file), 'utf8').matchAll(
            /^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm,
          ),
        ].map(([, name = '']) => name),
      );
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  });

  it('would see a circle', () => {
    const edges = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
      ['c', 'c'],
    ] as const;
    expect(findCircle(edges)).toEqual(['b', 'c', 'b']);
  });
});

/** The folders of one circle, the first once more at the end; empty when there is none. */
function findCircle(edges: readonly (readonly [from: string, to: string])[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges)
    if (from !== to) next.set(from, (next.get(from) ?? new Set<string>()).add(to));
  const done = new Set<string>();
  const search = (folder: string, way: readonly string[]): string[] => {
    const start = way.indexOf(folder);
    if (start >= 0) return [...way.slice(start), folder];
    if (done.has(folder)) return [];
    for (const other of next.get(folder) ?? []) {
      const circle = search(other, [...way, folder]);
      if (circle.length > 0) return circle;
    }
    done.add(folder);
    return [];
  };
  for (const folder of next.keys()) {
    const circle = search(folder, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
