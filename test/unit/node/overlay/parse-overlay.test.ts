import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../../builder/cluster/schema/schema-set.ts';
import { parseOverlay } from '../../../../builder/node/overlay/parse-overlay.ts';
import type { Overlay } from '../../../../builder/node/overlay/overlay.ts';
import type { Outcome } from '../../../../builder/report/diagnostic.ts';

const schemaFile = join(import.meta.dirname, '../../../../profiles/schemas/overlay.schema.json');
const schema = compileSchema(JSON.parse(readFileSync(schemaFile, 'utf8')));

function parse(definition: string, files: readonly string[] = []): Outcome<Overlay> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const all: [string, Uint8Array][] = files.map((path) => [`overlays/x/rootfs${path}`, bytes(path)]);
  return parseOverlay(
    'x',
    { files: new Map([['overlays/x/overlay.yaml', bytes(definition)], ...all]), userFiles: new Map() },
    schema,
  );
}

/** `line:column id`, of every finding. */
function findings({ diagnostics }: Outcome<Overlay>): string[] {
  return diagnostics.map(({ id, at }) => `${at?.file}:${at?.line}:${at?.column} ${id}`);
}

describe('parseOverlay', () => {
  it('knows what is listed and what is not', () => {
    const definition = [
      'description: d',
      'directories: [{ path: /etc/d, mode: "0700", uid: 5 }]',
      'files:',
      "  - { path: /etc/key, mode: '0600', secret: true }",
      '  - { path: /etc/all, scope: cluster }',
      '  - { path: "/etc/{name}", each: storage_peers }',
      'links: [{ path: /etc/l, target: ../x }]',
    ].join('\n');
    const { value, diagnostics } = parse(definition, [
      '/etc/key.hbs',
      '/etc/all.hbs',
      '/etc/{name}.hbs',
      '/etc/plain',
    ]);
    expect(diagnostics).toEqual([]);
    const asset = (path: string): string => `overlays/x/rootfs${path}`;
    const plain = { kind: 'file', mode: 0o644, uid: 0, gid: 0, secret: false, render: 'node', each: null };
    expect(value?.items).toEqual([
      { kind: 'directory', path: '/etc/d', mode: 0o700, uid: 5, gid: 0 },
      { ...plain, path: '/etc/key', mode: 0o600, secret: true, asset: asset('/etc/key.hbs') },
      { ...plain, path: '/etc/all', render: 'cluster', asset: asset('/etc/all.hbs') },
      { ...plain, path: '/etc/{name}', each: 'storage_peers', asset: asset('/etc/{name}.hbs') },
      { ...plain, path: '/etc/plain', render: 'verbatim', asset: asset('/etc/plain') },
      { kind: 'symlink', path: '/etc/l', target: '../x' },
    ]);
  });

  it('has a hash of all that it holds', () => {
    const hash = parse('description: d', ['/a', '/b']).value?.sha256;
    expect(parse('description: d', ['/b', '/a']).value?.sha256).toBe(hash);
    expect(parse('description: e', ['/a', '/b']).value?.sha256).not.toBe(hash);
    expect(parse('description: d', ['/a', '/c']).value?.sha256).not.toBe(hash);
  });

  it.each([
    ['description: d\nfiles: [{ path: /a }]', [], '2:17 overlay-file-missing'],
    ['description: d\nfiles: [{ path: /a.hbs }]', ['/a.hbs'], '2:17 overlay-file-missing'],
    ['description: d\nfiles: [{ path: /a, scope: cluster }]', ['/a'], '2:17 overlay-not-a-template'],
    ['description: d\nfiles: [{ path: /a, secret: true }]', ['/a'], '2:17 overlay-secret-readable'],
    [
      "description: d\nfiles: [{ path: /a, secret: true, mode: '0640' }]",
      ['/a'],
      '2:17 overlay-secret-readable',
    ],
    [
      'description: d\nlinks: [{ path: /a, target: b }, { path: /a, target: c }]',
      [],
      '2:42 overlay-path-twice',
    ],
    ['description: d\nfiles: [{ path: /a, mode: 0755 }]', ['/a'], '2:27 wrong-type'],
    ["description: d\nfiles: [{ path: /a, mode: '755' }]", ['/a'], '2:27 wrong-format'],
    ['description: d\nfiles: [{ path: a }]', ['/a'], '2:17 wrong-format'],
    ['description: d\nowner: root', [], '2:1 unknown-key'],
    ['files: []', [], '1:1 missing-key'],
  ])('%s', (definition, files, finding) => {
    const outcome = parse(definition, files);
    expect(outcome.value).toBeUndefined();
    expect(findings(outcome)).toEqual([`overlays/x/overlay.yaml:${finding}`]);
  });
});
