import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Cluster, ClusterNode } from '../model/cluster.ts';
import { error, warning } from '../../report/finding.ts';
import { dockerPlatform, imagePlatform, isUnsureOn, runsImage } from '../docker-images/docker-platform.ts';
import { fullReference } from '../docker-images/image-reference.ts';
import { writtenImages, type ReadImage } from '../docker-images/written-image.ts';
import { listed, shown } from '../../report/shown.ts';
import { composedFiles, type ComposedFile } from './composed-stacks.ts';
import { propertiesOf } from './node-properties.ts';
import { constraintsOfService, mayRunOn } from './service-placement.ts';
import { checkSource } from './source-rules.ts';
import type { Rule, RuleContext } from './rule.ts';

function readImages({ written, lookUp }: RuleContext): ReadImage[] {
  return writtenImages(written.images, lookUp).flatMap(({ index, file, archive }) =>
    archive === undefined || 'problem' in archive
      ? []
      : archive.images.map((image) => ({ ...image, index, file })),
  );
}

/** The first node for each platform of Docker's. */
function nodeOfEachPlatform(nodes: readonly ClusterNode[]): [string, ClusterNode][] {
  const found = new Map<string, ClusterNode>();
  for (const node of nodes) {
    const platform = dockerPlatform(node.profile);
    if (!found.has(platform)) found.set(platform, node);
  }
  return [...found];
}

function* imageUnusable(context: RuleContext): Iterable<Diagnostic> {
  for (const { index, file, found, archive } of writtenImages(context.written.images, context.lookUp)) {
    const at = context.locator.value(['images', index]);
    const wrong = checkSource(context, { written: file, at, found });
    if (wrong !== undefined) yield wrong;
    else if (archive !== undefined && 'problem' in archive) {
      yield error('image-unreadable', at, `${shown(file)} ${archive.problem}`, archive.hint);
    }
  }
}

function* imageWithoutName(context: RuleContext): Iterable<Diagnostic> {
  for (const { index, file, references } of readImages(context)) {
    if (references.length > 0) continue;
    const hint = 'give `docker save` the name with its tag, not the id';
    const at = context.locator.value(['images', index]);
    yield error('image-without-name', at, `${shown(file)} holds an image without a name`, hint);
  }
}

function* imageArchitecture(context: RuleContext): Iterable<Diagnostic> {
  const nodes = nodeOfEachPlatform(context.cluster.nodes);
  for (const { index, file, references, ...image } of readImages(context)) {
    if (nodes.some(([, { profile }]) => runsImage(profile, image))) continue;
    const name = references[0] ?? file;
    const expected = nodes.map(([platform]) => platform);
    const message = `${shown(name)} is for ${shown(imagePlatform(image))}, but the nodes are ${listed(expected, 'and')}`;
    const hint = `docker pull --platform linux/${expected[0]} ${shown(name)}, and save it again`;
    yield error('image-architecture', context.locator.value(['images', index]), message, hint);
  }
}

/** Images by each of their names in full. */
function imagesByName(context: RuleContext): Map<string, ReadImage[]> {
  const byName = new Map<string, ReadImage[]>();
  for (const image of readImages(context)) {
    for (const name of new Set(image.references.map(fullReference))) {
      byName.set(name, [...(byName.get(name) ?? []), image]);
    }
  }
  return byName;
}

/** The nodes that may start an image: those of the services that use it, or all of them where no service does. */
function nodesThatStart(cluster: Cluster, files: readonly ComposedFile[], image: string): ClusterNode[] {
  const users = files.flatMap((composed) =>
    composed.compose.content.services
      .filter((service) => service.image !== undefined && fullReference(service.image) === image)
      .map(({ name }) => constraintsOfService(name, composed, files)),
  );
  if (users.length === 0) return [...cluster.nodes];
  return cluster.nodes.filter((node) =>
    users.some((constraints) => mayRunOn(propertiesOf(cluster, node), constraints) !== false),
  );
}

/** In a cluster of several architectures an image must be there for each that a service of it may run on. */
function* imageMissingForBoard(context: RuleContext): Iterable<Diagnostic> {
  const { cluster, locator } = context;
  const files = composedFiles(context);
  for (const [name, images] of imagesByName(context)) {
    const runsOn = ({ profile }: ClusterNode) => images.some((image) => runsImage(profile, image));
    const nodes = nodeOfEachPlatform(nodesThatStart(cluster, files, name));
    const missing = nodes.filter(([, node]) => !runsOn(node));
    const [first] = missing;
    const [image] = images;
    if (first === undefined || image === undefined || !cluster.nodes.some(runsOn)) continue;
    const short = image.references.find((one) => fullReference(one) === name) ?? name;
    const there = [...new Set(images.map(imagePlatform))];
    const message = `${shown(short)} is there for ${listed(there)}, but ${first[1].name} is ${first[0]}`;
    const absent = missing.map(([platform]) => platform);
    const hint = `add a file with the image for ${listed(absent, 'and')}; each node gets its own`;
    yield error('image-missing-for-board', locator.value(['images', image.index]), message, hint);
  }
}

/** Old versions of Docker write no variant, and no Docker looks at it before it starts a container. */
function* imageVariantUnknown(context: RuleContext): Iterable<Diagnostic> {
  const files = composedFiles(context);
  for (const [name, images] of imagesByName(context)) {
    const nodes = nodeOfEachPlatform(nodesThatStart(context.cluster, files, name));
    for (const [platform, { name: node, profile }] of nodes) {
      const fitting = images.filter((image) => runsImage(profile, image));
      const unsure = fitting.find((image) => isUnsureOn(profile, image));
      if (unsure === undefined || fitting.some((image) => !isUnsureOn(profile, image))) continue;
      const short = unsure.references.find((one) => fullReference(one) === name) ?? name;
      const message = `${shown(short)} does not say which ARM it is for, and ${node} runs ${platform} and older only`;
      const hint = `leave it if it was made for this board; else docker pull --platform linux/${platform} ${shown(short)}, and save it again`;
      yield warning('image-variant-unknown', context.locator.value(['images', unsure.index]), message, hint);
    }
  }
}

function* imageTwice(context: RuleContext): Iterable<Diagnostic> {
  const seen = new Map<string, ReadImage>();
  for (const image of readImages(context)) {
    for (const reference of image.references) {
      const key = `${fullReference(reference)} ${imagePlatform(image)}`;
      const other = seen.get(key);
      seen.set(key, other ?? image);
      if (other === undefined || other.id === image.id) continue;
      const message = `${shown(reference)} is another image in ${shown(other.file)}`;
      const at = context.locator.value(['images', image.index]);
      yield error('image-twice', at, message, 'keep one of the two');
    }
  }
}

/** Rules about container images. */
export const imageRules: readonly Rule[] = [
  { reads: ['images'], check: imageUnusable },
  { reads: ['images'], check: imageWithoutName },
  { reads: ['images', 'profile', 'nodes'], check: imageArchitecture },
  { reads: ['images', 'stacks', 'storage', 'profile', 'nodes', 'name'], check: imageMissingForBoard },
  { reads: ['images', 'stacks', 'storage', 'profile', 'nodes', 'name'], check: imageVariantUnknown },
  { reads: ['images'], check: imageTwice },
];
