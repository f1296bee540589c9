import { describe, expect, it } from 'vitest';
import { boardWith, platformsOf, runsOn, traitsOf } from '../../../../builder/cluster/model/base-traits.ts';
import type { BaseDefinition } from '../../../../builder/cluster/generated/base.ts';
import { exampleNode } from '../../node/render/support/example-cluster.ts';

const image = {
  directories: ['https://images.example/'] as [string],
  file: 'a.img.xz',
  checksums: 'SHA256SUMS',
  container: 'xz',
  layout: { table: 'mbr' },
} as const;

function vendor(settings: Partial<NonNullable<BaseDefinition['vendor']>> = {}): BaseDefinition {
  return {
    description: 'Somebody 1',
    vendor: {
      publisher: 'Somebody',
      boot_mount: '/boot/firmware',
      seed: 'boot-label',
      network: { version: 2, renderer: 'networkd' },
      interfaces: 'kernel',
      growth: 'cloud-init',
      packages: [],
      images: { 'raspberry-pi-armhf': image },
      ...settings,
    },
    software: { cloud_init: '25.1', docker: '26.1', keepalived: '2.3' },
  };
}

function nodeOn(definition: BaseDefinition) {
  return exampleNode(1, { base: { from: 'definition', name: 'somebody-1', definition, image: null } });
}

describe('traitsOf', () => {
  it('writes the seed to the boot partition for everything that is found there', () => {
    const modes = ['root-directory', 'boot-label', 'boot-links', 'boot-seedfrom'] as const;
    expect(modes.map((seed) => traitsOf(nodeOn(vendor({ seed }))).seed)).toEqual([
      'root-directory',
      'boot-partition',
      'boot-partition',
      'boot-partition',
    ]);
  });

  it('follows the definition of a publisher', () => {
    const odd = vendor({
      network: { version: 1 },
      interfaces: 'predictable',
      growth: 'own',
      overlays: ['raspberry-pi-os'],
    });
    expect(traitsOf(nodeOn(odd))).toEqual({
      seed: 'boot-partition',
      networkVersion: 1,
      renderer: null,
      isGrownByCloudInit: false,
      renamesInterfaces: true,
      overlays: ['raspberry-pi-os'],
    });
  });

  it('takes an image of the user for a usual one', () => {
    expect(traitsOf(exampleNode(1, { base: { from: 'file', path: '/x.img', sha256: null } }))).toMatchObject({
      seed: 'root-directory',
      networkVersion: 2,
      renderer: 'networkd',
      isGrownByCloudInit: true,
    });
  });
});

describe('a board with two architectures', () => {
  const { profile } = exampleNode(1);
  const both = { ...profile, also_runs: ['armhf'] as ['armhf'] };

  it('has the one that the base is made for', () => {
    expect(boardWith(both, vendor()).architecture).toBe('armhf');
    expect(runsOn(both, vendor())).toBe(true);
    expect(runsOn(profile, vendor())).toBe(false);
  });

  it('prefers its own', () => {
    const definition = vendor({ images: { 'raspberry-pi-armhf': image, 'raspberry-pi-arm64': image } });
    expect(boardWith(both, definition).architecture).toBe('arm64');
    expect(platformsOf(definition)).toEqual(['raspberry-pi-armhf', 'raspberry-pi-arm64']);
  });
});
