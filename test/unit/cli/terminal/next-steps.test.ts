import { ownImages } from '../../../../builder/node/delivery.ts';
import { describe, expect, it } from 'vitest';
import { nextSteps, type FinishedBuild } from '../../../../builder/cli/terminal/next-steps.ts';
import type { LoadedCluster } from '../../../../builder/cluster/host/load-cluster.ts';
import { defaultCluster } from '../../node/render/support/example-cluster.ts';

const loaded: LoadedCluster = {
  cluster: defaultCluster(),
  file: undefined,
  continues: undefined,
  lastOutputs: undefined,
  projectDirectory: process.cwd(),
  stateDirectory: `${process.cwd()}/.dlimage/pi3`,
  typedFlags: ['--count 4'],
  otherStores: [],
  record: { seen: undefined, requireMeant: () => undefined, contentsAfter: () => expect.fail() },
  baseJudge: { questionsFor: () => expect.fail(), judge: () => expect.fail() },
  identityFiles: [],
  diagnostics: [],
  sources: [],
  defaults: [],
  selected: [],
};

const steps = (build: Partial<FinishedBuild>) =>
  nextSteps({
    loaded,
    formats: ['img'],
    delivery: ownImages,
    outputDirectory: `${process.cwd()}/out/a b`,
    state: undefined,
    ...build,
  }).join('\n');

describe('the steps after a build', () => {
  it.each([
    [['box'] as const, '--provider=libvirt)   or --provider=qemu'],
    [['virtualbox-box'] as const, '--provider=virtualbox)'],
    [['box', 'virtualbox-box'] as const, '--provider=libvirt)   or --provider=qemu, --provider=virtualbox'],
  ])('name the providers of %j, and stay in their directory', (formats, words) => {
    expect(steps({ delivery: { isVagrant: true, isSeeded: true }, formats })).toContain(
      `  1. (cd 'out/a b' && vagrant up ${words}\n`,
    );
  });

  it.each([
    [{}, 'status --wait'],
    [{ otherStores: ['lab'] }, 'status --name pi3 --wait'],
    [{ file: 'cluster.yaml', typedFlags: [] }, 'status --wait'],
    [{ file: 'cluster.yaml' }, 'status --count 4 --wait'],
    [{ file: 'homes/my cluster.yaml' }, "status 'homes/my cluster.yaml' --count 4 --wait"],
  ])('ask for the same cluster: %j', (more, words) => {
    expect(steps({ loaded: { ...loaded, ...more } })).toMatch(new RegExp(`: .* ${words}$`, 'm'));
  });

  it('name the store and its folder as they were typed', () => {
    expect(steps({ state: '../ids' })).toContain(' status --state ../ids --wait\n');
  });

  it('warn of addresses that nobody chose, and of no others', () => {
    const defaults = [{ key: 'network.subnet', value: '192.168.1.0/24' }];
    const first = steps({ loaded: { ...loaded, defaults } });
    expect(first).toMatch(/many routers give them to other devices: 192\.168\.1\.101 to \S+ and 192/);
    expect(steps({})).not.toContain('routers');
  });
});
