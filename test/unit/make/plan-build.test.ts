import { describe, expect, it } from 'vitest';
import type { Cluster, ClusterNode } from '../../../builder/cluster/model/cluster.ts';
import { describeBuild, formatBuild } from '../../../builder/make/describe-build.ts';
import { planBuild, type BuildPlan } from '../../../builder/make/plan-build.ts';
import { ownImages } from '../../../builder/node/delivery.ts';
import { defaultCluster } from '../node/render/support/example-cluster.ts';

const cluster = defaultCluster();
const all = cluster.nodes.map(({ name }) => name);
const seeded = { isSeeded: true, isVagrant: false };
const outline = ({ items }: BuildPlan): string[] =>
  items.map(({ kind, name, formats }) => `${kind} ${name}: ${formats.join(' ')}`);

/** The same cluster, its last node on another base. */
function withOtherBase(): Cluster {
  const nodes = cluster.nodes.map((node, index): ClusterNode =>
    index === cluster.nodes.length - 1
      ? { ...node, base: { from: 'url', url: 'https://anna:secret@files.example/os.img.xz', sha256: null } }
      : node,
  );
  return { ...cluster, nodes };
}

describe('the plan of a build', () => {
  it('has an image of each node that is built, and each base once', () => {
    const plan = planBuild({ cluster, selected: all, formats: ['img', 'qcow2'], delivery: ownImages }, '');
    expect(outline(plan)).toEqual(all.map((name) => `node ${name}: img qcow2`));
    expect(new Set(plan.items.map(({ base }) => base))).toEqual(new Set(plan.bases));
  });

  it('has all nodes of the cluster on a base, whichever are built: a base does not depend on the choice', () => {
    const [first = ''] = all;
    const plan = planBuild({ cluster, selected: [first], formats: ['img'], delivery: ownImages }, '');
    expect(outline(plan)).toEqual([`node ${first}: img`]);
    expect(plan.bases[0]?.nodes).toContain(first);
    const whole = planBuild({ cluster, selected: all, formats: ['img'], delivery: ownImages }, '');
    expect(whole.bases.find(({ nodes }) => nodes.includes(first))?.nodes).toEqual(plan.bases[0]?.nodes);
  });

  it('has the image of all nodes before their seeds', () => {
    const plan = planBuild({ cluster, selected: all, formats: ['img', 'seed-iso'], delivery: seeded }, '');
    expect(outline(plan)).toEqual([
      `shared ${cluster.name}: img`,
      ...all.map((name) => `seed ${name}: seed-iso`),
    ]);
    const seeds = planBuild({ cluster, selected: all, formats: ['seed-iso'], delivery: seeded }, '');
    expect(outline(seeds)).toEqual(all.map((name) => `seed ${name}: seed-iso`));
  });

  it('refuses one image for nodes with different bases, but not their seeds alone', () => {
    const other = withOtherBase();
    const plan = (formats: readonly ('img' | 'seed-iso')[]) =>
      planBuild({ cluster: other, selected: all, formats, delivery: seeded }, 'do otherwise');
    expect(() => plan(['img', 'seed-iso'])).toThrow(
      expect.objectContaining({ message: expect.stringContaining('different bases'), hint: 'do otherwise' }),
    );
    expect(outline(plan(['seed-iso']))).toHaveLength(all.length);
  });

  it('is shown with what is there already, and without passwords of addresses', () => {
    const other = withOtherBase();
    const plan = planBuild({ cluster: other, selected: all, formats: ['img'], delivery: ownImages }, '');
    const build = describeBuild({
      bases: plan.bases.map((planned) => ({ planned, state: 'download' })),
      items: plan.items.map((item) => ({
        item,
        files: [{ path: `/out/${item.name}.img`, format: 'img', state: 'foreign' }],
      })),
    });
    expect(build.files[0]).toEqual({
      kind: 'node',
      name: all[0],
      format: 'img',
      path: `/out/${all[0]}.img`,
      base: build.bases[0]?.name,
      state: 'foreign',
    });
    const text = formatBuild(build, (path) => path.replace('/out/', ''));
    expect(text).toContain('@files.example/os.img.xz');
    expect(JSON.stringify(build) + text).not.toContain('secret');
    expect(text).toContain(`${all[0]}.img  not written by dlimage`);
  });
});
