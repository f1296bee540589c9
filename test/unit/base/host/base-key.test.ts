import { expect, it } from 'vitest';
import { baseKey } from '../../../../builder/base/host/base-key.ts';
import type { BaseRequest } from '../../../../builder/base/base-request.ts';

const target = {
  packages: ['linux-image-amd64'],
  image_size_mb: 2048,
  boot_size_mb: 64,
  seed: 'root-directory' as const,
};
const request: BaseRequest = {
  definitionName: 'debian-13',
  definition: {
    description: 'Debian',
    build: { suite: 'trixie', components: ['main'], packages: ['docker.io'], stand_ins: ['dash'] },
    software: { cloud_init: '25.1', docker: '26.1', keepalived: '2.3' },
    platforms: { 'pc-amd64': target, 'uefi-arm64': target },
  },
  platform: 'pc',
  architecture: 'amd64',
  extraPackages: ['htop', 'vim'],
};
const files = new Map([['build/finish.sh', new TextEncoder().encode('true')]]);
const key = baseKey(request, files);

it('does not depend on the order of packages and files, or on what another target needs', () => {
  const { platforms } = request.definition;
  const definition = {
    ...request.definition,
    platforms: { ...platforms, 'uefi-arm64': { ...target, image_size_mb: 4096 } },
  };
  expect(baseKey({ ...request, definition, extraPackages: ['vim', 'htop', 'vim'] }, files)).toBe(key);
});

it.each<[string, BaseRequest, Map<string, Uint8Array>]>([
  ['an extra package', { ...request, extraPackages: [] }, files],
  ['the target', { ...request, platform: 'uefi', architecture: 'arm64' }, files],
  [
    'the suite',
    {
      ...request,
      definition: { ...request.definition, build: { ...request.definition.build, suite: 'sid' } },
    },
    files,
  ],
  ['a script', request, new Map([['build/finish.sh', new TextEncoder().encode('false')]])],
  ["a file's name", request, new Map([['build/other.sh', new TextEncoder().encode('true')]])],
])('changes with %s', (_what, other, otherFiles) => {
  expect(baseKey(other, otherFiles)).not.toBe(key);
});
