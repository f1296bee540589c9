import type { ClusterImage } from '../model/cluster.ts';
import type { LookUpPath } from '../model/environment.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import { writtenImages } from '../docker-images/written-image.ts';

/** Fills in the archives of container images. Those that cannot be read are left out; the rules report them. */
export function resolveImages(written: ClusterDefinition, lookUp: LookUpPath): ClusterImage[] {
  const taken = new Set<string>();
  return writtenImages(written.images, lookUp).flatMap(({ file, found, archive }) => {
    if (found === undefined || archive === undefined || 'problem' in archive) return [];
    const fileName = freeName(file, taken);
    taken.add(fileName);
    return [{ hostPath: found.realPath, sizeBytes: found.sizeBytes, fileName, images: archive.images }];
  });
}

/** On the nodes all archives lie in one folder. Docker looks into a file for its compression, not at its name. */
function freeName(file: string, taken: ReadonlySet<string>): string {
  const base = (file.split('/').at(-1) ?? '')
    .replace(/\.(tar|tgz|tar\.gz)$/, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '');
  for (let number = 1; ; number += 1) {
    const name = `${base === '' ? 'image' : base}${number === 1 ? '' : `-${number}`}.tar`;
    if (!taken.has(name)) return name;
  }
}
