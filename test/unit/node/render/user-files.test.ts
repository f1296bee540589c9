import { describe, expect, it } from 'vitest';
import type { ExtraFile } from '../../../../builder/cluster/model/cluster.ts';
import type { UserFile } from '../../../../builder/node/overlay/assets.ts';
import { defaultCluster } from './support/example-cluster.ts';
import { pathsOf, renderAll, textOf } from './support/render-all.ts';
import { shippedAssets } from './support/shipped-assets.ts';

describe('files of the user', () => {
  const owner = { uid: 0, gid: 0 };
  const plain: UserFile = {
    relativePath: '',
    kind: 'file',
    sizeBytes: 3,
    sha256: 'aa',
    mode: 0o644,
    target: '',
  };
  const filesOf = (file: Partial<ExtraFile>, found: readonly UserFile[]) => {
    const whole: ExtraFile = {
      hostPath: '/h',
      kind: 'file',
      sizeBytes: 0,
      path: '/srv/x',
      mode: null,
      owner,
      nodes: [],
      ...file,
    };
    return renderAll(defaultCluster({ files: [whole] }), shippedAssets(new Map([['/h', found]]))).map(
      ({ entries }) =>
        entries
          .filter(({ origin }) => origin === 'cluster.yaml files')
          .map(
            ({ entry }) => `${entry.kind} ${entry.path} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid}`,
          ),
    );
  };

  it('are on all nodes, or on those that are named', () => {
    expect(filesOf({ mode: 0o640 }, [plain])).toEqual(
      Array.from({ length: 4 }, () => ['file /srv/x 640 0:0']),
    );
    expect(filesOf({ nodes: ['pi3-2'] }, [plain]).map((entries) => entries.length)).toEqual([0, 1, 0, 0]);
  });

  it('keep what is executable, and the links, of a directory', () => {
    const found: UserFile[] = [
      { ...plain, kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: 'bin', kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: 'bin/run', mode: 0o775 },
      { ...plain, relativePath: 'bin/note' },
      { ...plain, relativePath: 'empty', kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: 'link', kind: 'symlink', target: 'bin/run' },
    ];
    expect(filesOf({ kind: 'directory' }, found)[0]).toEqual([
      'file /srv/x/bin/note 644 0:0',
      'file /srv/x/bin/run 755 0:0',
      'directory /srv/x/empty 755 0:0',
      'symlink /srv/x/link 777 0:0',
    ]);
    expect(filesOf({ kind: 'directory', mode: 0o640, owner: { uid: 1000, gid: 1000 } }, found)[0]).toEqual([
      'directory /srv/x 750 1000:1000',
      'directory /srv/x/bin 750 1000:1000',
      'file /srv/x/bin/note 640 1000:1000',
      'file /srv/x/bin/run 640 1000:1000',
      'directory /srv/x/empty 750 1000:1000',
      'symlink /srv/x/link 777 1000:1000',
    ]);
  });

  it('are no more open than on the builder, and leave setuid and the umask there', () => {
    const modes = [0o600, 0o640, 0o664, 0o2775, 0o4755, 0o444];
    const found: UserFile[] = [
      { ...plain, kind: 'directory', mode: 0o755 },
      ...modes.map((mode, index) => ({ ...plain, relativePath: `f${index}`, mode })),
      { ...plain, relativePath: 'private', kind: 'directory', mode: 0o2700 },
      { ...plain, relativePath: 'private/key' },
    ];
    expect(filesOf({ kind: 'directory' }, found)[0]).toEqual([
      ...['600', '640', '644', '755', '755', '444'].map((mode, index) => `file /srv/x/f${index} ${mode} 0:0`),
      'directory /srv/x/private 700 0:0',
      'file /srv/x/private/key 644 0:0',
    ]);
  });

  it('belong to the user in whose home they lie, with the folders above them', () => {
    const found: UserFile[] = [
      { ...plain, kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: '.config', kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: '.config/a', kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: '.config/a/b' },
    ];
    expect(filesOf({ path: '/home/dlimage/.config/x/y', owner: null }, [plain])[0]).toEqual([
      'directory /home/dlimage 700 1000:1000',
      'directory /home/dlimage/.config 755 1000:1000',
      'directory /home/dlimage/.config/x 755 1000:1000',
      'file /home/dlimage/.config/x/y 644 1000:1000',
    ]);
    expect(
      filesOf({ kind: 'directory', path: '/home/dlimage', owner: { uid: 0, gid: 0 } }, found)[0],
    ).toEqual([
      'directory /home/dlimage 700 1000:1000',
      'directory /home/dlimage/.config 755 1000:1000',
      'directory /home/dlimage/.config/a 755 1000:1000',
      'file /home/dlimage/.config/a/b 644 0:0',
    ]);
    expect(filesOf({ path: '/home/other/x' }, [plain])[0]).toEqual(['file /home/other/x 644 0:0']);
  });

  it('may be a whole tree, whose top says nothing about that of the node', () => {
    const found: UserFile[] = [
      { ...plain, kind: 'directory', mode: 0o700 },
      { ...plain, relativePath: 'etc', kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: 'etc/issue' },
    ];
    expect(filesOf({ kind: 'directory', path: '/' }, found)[0]).toEqual(['file /etc/issue 644 0:0']);
    expect(filesOf({ kind: 'directory', path: '/' }, found.slice(0, 1))[0]).toEqual([]);
  });

  it('name the homes that lack their skeleton, on the nodes that have them', () => {
    const file: ExtraFile = {
      hostPath: '/h',
      kind: 'file',
      sizeBytes: 0,
      path: '/home/dlimage/x',
      mode: null,
      owner,
      nodes: ['pi3-2'],
    };
    const homes = (files: readonly ExtraFile[], found: readonly UserFile[]) =>
      renderAll(defaultCluster({ files }), shippedAssets(new Map([['/h', found]]))).map((rendered) => ({
        list: textOf(rendered, '/etc/dlimage/homes'),
        fills: pathsOf(rendered).includes('/usr/lib/dlimage/fill-homes'),
      }));
    const none = { list: undefined, fills: false };
    const one = { list: 'dlimage 1000\n', fills: true };
    expect(homes([file], [plain])).toEqual([none, one, none, none]);
    const tree: UserFile[] = [
      { ...plain, kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: 'dlimage', kind: 'directory', mode: 0o755 },
      { ...plain, relativePath: 'dlimage/x' },
    ];
    const folder = { ...file, kind: 'directory', path: '/home', nodes: [] } as const;
    expect(homes([folder], tree)).toEqual([one, one, one, one]);
    expect(homes([{ ...file, path: '/home/other/x' }], [plain])[1]).toEqual(none);
  });

  it('take the place of files of dlimage', () => {
    expect(filesOf({ path: '/etc/docker/daemon.json' }, [plain])[0]).toEqual([
      'file /etc/docker/daemon.json 644 0:0',
    ]);
  });

  it('cannot lie where a directory must be', () => {
    expect(() => filesOf({ path: '/etc/dlimage' }, [plain])).toThrow(
      'lies below /etc/dlimage, which is not a directory',
    );
  });
});
