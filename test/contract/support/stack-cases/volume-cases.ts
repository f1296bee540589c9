import { compose, old, plain, service, type StackCase } from './stack-case.ts';

/** `volumes:` and mounts. */
export const volumeCases: readonly StackCase[] = [
  service('volumes', "volumes: ['/mnt/cluster/a:/a', '/a', '/mnt/cluster/b:/b:ro,z']"),
  service('volumes-empty', "volumes: ['']"),
  service('volumes-colons', "volumes: ['/a::ro']"),
  service('volumes-many', "volumes: ['/a:/b:ro:z']"),
  service(
    'volumes-long',
    'volumes: [{ type: bind, source: /mnt/cluster/a, target: /a, read_only: true, bind: { propagation: rslave } }]',
  ),
  service('volumes-no-type', 'volumes: [{ source: /a, target: /b }]'),
  service('volumes-no-source', 'volumes: [{ type: bind, target: /b }]'),
  service(
    'volumes-create-host-path',
    'volumes: [{ type: bind, source: /a, target: /b, bind: { create_host_path: true } }]',
  ),
  service('volumes-tmpfs', 'volumes: [{ type: tmpfs, target: /t, tmpfs: { size: 1000000 } }]'),
  service('volumes-tmpfs-text', 'volumes: [{ type: tmpfs, target: /t, tmpfs: { size: 64m } }]'),
  service('volumes-tmpfs-mode', 'volumes: [{ type: tmpfs, target: /t, tmpfs: { mode: 0755 } }]'),
  service('volumes-number', 'volumes: [80]'),
  service('volumes-short', "volumes: ['/a', 'ab', '/']"),
  service('volumes-windows', "volumes: ['C:/a:/b']"),
  service('tmpfs', 'tmpfs: [/run, /tmp]'),
  compose(
    'vol',
    `${old}${plain}volumes: { a: { driver: local, driver_opts: { type: nfs, o: 'addr=1.2.3.4', device: ':/a' } }, b: , c: { external: true }, d: { name: e } }\n`,
  ),
  compose('vol-conflict', `${old}${plain}volumes: { a: { external: true, driver: local } }\n`),
  compose('vol-conflict-opts', `${old}${plain}volumes: { a: { external: true, driver_opts: { a: b } } }\n`),
  compose('vol-conflict-empty', `${old}${plain}volumes: { a: { external: true, labels: {} } }\n`),
  compose('vol-conflict-labels', `${old}${plain}volumes: { a: { external: true, labels: { a: b } } }\n`),
  compose('vol-name', `${old}${plain}volumes: { 'a/b': {} }\n`),
  compose('vol-size', `${old}${plain}volumes: { a: { size: 5 } }\n`),
  compose('vol-external-false', `${old}${plain}volumes: { a: { external: false, driver: local } }\n`),
];
