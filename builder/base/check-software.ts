import type { Diagnostic } from '../report/diagnostic.ts';
import type { Dependency } from '../system/debian-packages/dependency.ts';
import { compareVersions, upstreamVersion } from '../system/debian-packages/version.ts';

/** Software of one base, once its packages are installed. */
export interface BaseSoftware {
  /** Name of the base, for messages. */
  readonly name: string;
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly architecture: string;
  }[];
  /** Units that nodes on it get: path to content. */
  readonly units: ReadonlyMap<string, string>;
  /** Some node on it mounts a volume of GlusterFS. */
  readonly usesGlusterfs: boolean;
}

/** Demands of the cluster on its bases. */
export interface SoftwareNeeds {
  /** References of the images that stacks start. */
  readonly images: readonly string[];
}

/** Something that cannot work, or will not as it should. It has no place: what a base has stands in no file of the user. */
export interface SoftwareFinding extends Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly hint: string;
}

/** Last major version of GlusterFS whose daemon runs on 32-bit ARM. Source: gluster/glusterfs#3911 */
const lastGlusterfsOnArm32 = 9;
/** `Restart=` in a unit of Type=oneshot. Source: systemd/systemd#13754 */
const restartOfOneshots = '244';
/** The first Docker without the API of 2018. Source: moby release notes, 29.0 */
const dockerWithoutOldApi = '29';

/** Programs in containers that speak to Docker, and their first version that Docker 29 answers. */
const floors = [
  // Source: traefik/traefik#12253
  { image: /(?:^|\/)traefik:v?(\d+(?:\.\d+)*)/, name: 'Traefik', floor: '3.6.1' },
  // Source: portainer/portainer#12925
  {
    image: /(?:^|\/)portainer\/(?:portainer-ce|portainer-ee|agent):(\d+(?:\.\d+)*)/,
    name: 'Portainer',
    floor: '2.33.5',
  },
];

const engines: Dependency = ['docker.io', 'docker-ce', 'moby-engine'];

/** Holds what the bases really have against what the cluster is to do with it. */
export function checkSoftware(bases: readonly BaseSoftware[], needs: SoftwareNeeds): SoftwareFinding[] {
  const rules = [glusterfsVersions, glusterfsOnArm32, refusedUnits, dockerApi];
  return rules.flatMap((rule) => [...rule(bases, needs)]);
}

function* glusterfsVersions(bases: readonly BaseSoftware[]): Iterable<SoftwareFinding> {
  const versions = usingGlusterfs(bases).flatMap((base) => {
    const version = versionOf(base, ['glusterfs-server', 'glusterfs-client']);
    return version === undefined ? [] : [{ base, version }];
  });
  const [first, ...others] = versions;
  const different = others.find(({ version }) => majorOf(version) !== majorOf(first?.version ?? ''));
  if (first === undefined || different === undefined) return;
  yield {
    severity: 'error',
    id: 'glusterfs-majors-differ',
    message:
      `${different.base.name} has GlusterFS ${different.version}, but ${first.base.name} has ${first.version}: ` +
      'they cannot share a volume',
    hint: 'use one base for all nodes, or another type of storage',
  };
}

function* glusterfsOnArm32(bases: readonly BaseSoftware[]): Iterable<SoftwareFinding> {
  for (const { name, packages } of usingGlusterfs(bases)) {
    const server = packages.find((one) => one.name === 'glusterfs-server');
    if (server === undefined || !/^arm(?:hf|el)$/.test(server.architecture)) continue;
    const version = upstreamVersion(server.version);
    if (majorOf(version) <= lastGlusterfsOnArm32) continue;
    yield {
      severity: 'error',
      id: 'glusterfs-dies-on-32-bit',
      message: `${name} has GlusterFS ${version} for 32-bit ARM, whose daemon ends as soon as it is started`,
      hint: 'use a 64-bit base, or storage type nfs or none',
    };
  }
}

function usingGlusterfs(bases: readonly BaseSoftware[]): BaseSoftware[] {
  return bases.filter(({ usesGlusterfs }) => usesGlusterfs);
}

function* refusedUnits(bases: readonly BaseSoftware[]): Iterable<SoftwareFinding> {
  for (const base of bases) {
    const version = versionOf(base, ['systemd']);
    if (version === undefined || compareVersions(version, restartOfOneshots) >= 0) continue;
    for (const [path, content] of base.units) {
      const isOneshot = /^\s*Type\s*=\s*oneshot\s*$/m.test(content);
      if (!isOneshot || !/^\s*Restart\s*=\s*(?!no\s*$)\S/m.test(content)) continue;
      yield {
        severity: 'error',
        id: 'unit-refused',
        message: `${path} restarts a unit of Type=oneshot, which systemd ${version} of ${base.name} refuses to load`,
        hint: `leave out Restart=, or take a base with systemd ${restartOfOneshots} or newer`,
      };
    }
  }
}

function* dockerApi(bases: readonly BaseSoftware[], { images }: SoftwareNeeds): Iterable<SoftwareFinding> {
  const newest = bases
    .map((base) => ({ base, version: versionOf(base, engines) }))
    .find(({ version }) => version !== undefined && compareVersions(version, dockerWithoutOldApi) >= 0);
  if (newest === undefined) return;
  for (const image of images) {
    for (const { image: pattern, name, floor } of floors) {
      const [, version] = pattern.exec(image) ?? [];
      // A version like 3 or 3.6 follows the newest of its line.
      if (version === undefined || compareVersions(version, truncate(floor, version)) >= 0) continue;
      yield {
        severity: 'warning',
        id: 'docker-api-too-new',
        message: `${image} does not understand Docker ${newest.version} of ${newest.base.name}`,
        hint: `take ${name} ${floor} or newer`,
      };
    }
  }
}

/** As many parts of the floor as the version has. */
function truncate(floor: string, version: string): string {
  return floor.split('.').slice(0, version.split('.').length).join('.');
}

function versionOf({ packages }: BaseSoftware, names: readonly string[]): string | undefined {
  const found = packages.find(({ name }) => names.includes(name));
  return found === undefined ? undefined : upstreamVersion(found.version);
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
