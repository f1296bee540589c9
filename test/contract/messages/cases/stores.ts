import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCachedBase as readBuiltBase } from '../../../../builder/base/host/base-cache.ts';
import { ensureCached } from '../../../../builder/base/host/ensure-cached.ts';
import { OutputDirectory } from '../../../../builder/make/host/output/output-directory.ts';
import { readCluster } from '../../../../builder/cluster/identity/host/store-files.ts';
import { formatStored, parseStored } from '../../../../builder/cluster/identity/host/stored-file.ts';
import { silentProgress } from '../../../../builder/system/host/progress.ts';
import { checkVagrantfile } from '../../../../builder/make/vagrant/host/write-vagrant-files.ts';
import type { MessageCases } from '../message-case.ts';

const folder = (directory: string, name: string, mode = 0o700): string => {
  mkdirSync(join(directory, name), { recursive: true });
  chmodSync(join(directory, name), mode);
  return join(directory, name);
};

const file = (directory: string, name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return directory;
};

const identityCases: MessageCases = {
  'identity-permissions.open': {
    when: 'Others may enter the directory of identities.',
    provoke: (directory) => readCluster(folder(directory, 'pi3', 0o755)),
  },
  'identity-damaged.gone': {
    when: 'A part of the identities is missing.',
    provoke: (directory) => {
      file(folder(directory, 'pi3/nodes'), 'pi3-1.json', '{}');
      return readCluster(folder(directory, 'pi3'));
    },
  },
  'identity-damaged.empty': {
    when: 'A file of the identities is damaged.',
    provoke: () => parseStored('', '.dlimage/pi3/cluster.json'),
  },
  'identity-version.newer': {
    when: 'The identities were made by a newer dlimage.',
    provoke: () =>
      parseStored(formatStored({}).replace('"version": 1', '"version": 9'), '.dlimage/pi3/cluster.json'),
  },
};

export const storeCases: MessageCases = {
  ...identityCases,
  'manifest-damaged.text': {
    when: 'The manifest of an output directory cannot be read.',
    provoke: (directory) =>
      OutputDirectory.read(file(folder(directory, 'out'), 'manifest.json', 'no manifest')),
  },
  'output-exists.foreign': {
    when: 'An image is in the way that dlimage did not make.',
    provoke: async (directory) => {
      const output = await OutputDirectory.read(file(folder(directory, 'out'), 'pi3-1.img', ''));
      return await output.requireReplaceable({ name: 'pi3-1', role: 'manager' }, ['img']);
    },
  },
  'output-exists.vagrantfile': {
    when: 'A Vagrantfile is in the way that dlimage did not make.',
    provoke: (directory) => checkVagrantfile(file(folder(directory, 'out'), 'Vagrantfile', '# mine\n')),
  },
  'base-damaged.record': {
    when: 'The record of a base in the cache is damaged.',
    provoke: (directory) => readBuiltBase(file(folder(directory, 'base'), 'base.json', '{')),
  },
  'base-damaged.image': {
    when: 'A base in the cache is gone, or was changed.',
    provoke: (directory) =>
      readBuiltBase(file(folder(directory, 'base'), 'base.json', '{"format":1,"sizeBytes":1}')),
  },
  'cache-full.base': {
    when: 'The disk of the cache is full while a base is made.',
    provoke: (directory) =>
      ensureCached('key', { cacheDirectory: directory, progress: silentProgress }, async () => {
        await Promise.reject(Object.assign(new Error('write failed'), { code: 'ENOSPC' }));
      }),
  },
};
