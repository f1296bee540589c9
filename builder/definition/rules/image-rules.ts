import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../finding.ts';
import { dockerArchitecture } from '../images/docker-architecture.ts';
import { fullReference } from '../images/image-reference.ts';
import { writtenImages, type ReadImage } from '../images/written-image.ts';
import { listed, shown } from '../shown.ts';
import { checkSource } from './source-rules.ts';
import type { Rule, RuleContext } from './rule.ts';

function readImages({ written, lookUp }: RuleContext): ReadImage[] {
  return writtenImages(written.images, lookUp).flatMap(({ index, file, archive }) =>
    archive === undefined || 'problem' in archive
      ? []
      : archive.images.map((image) => ({ ...image, index, file })),
  );
}

function architecturesOf({ cluster }: RuleContext): string[] {
  return [...new Set(cluster.nodes.map(({ profile }) => dockerArchitecture(profile)))];
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
  const expected = architecturesOf(context);
  for (const { index, file, references, architecture } of readImages(context)) {
    if (expected.includes(architecture)) continue;
    const name = references[0] ?? file;
    const message = `${shown(name)} is for ${shown(architecture)}, but the nodes are ${listed(expected, 'and')}`;
    const hint = `docker pull --platform linux/${expected[0]} ${shown(name)}, and save it again`;
    yield error('image-architecture', context.locator.value(['images', index]), message, hint);
  }
}

/** In a cluster of several architectures an image must be there for each: a service may run on any node. */
function* imageMissingForBoard(context: RuleContext): Iterable<Diagnostic> {
  const expected = architecturesOf(context);
  const images = readImages(context);
  const there = new Map<string, Set<string>>();
  for (const { references, architecture } of images) {
    for (const name of references.map(fullReference)) {
      there.set(name, (there.get(name) ?? new Set()).add(architecture));
    }
  }
  for (const [name, architectures] of there) {
    const missing = expected.filter((architecture) => !architectures.has(architecture));
    if (missing.length === 0 || missing.length === expected.length) continue;
    const image = images.find(({ references }) => references.some((one) => fullReference(one) === name));
    const short = image?.references.find((one) => fullReference(one) === name) ?? name;
    const node = context.cluster.nodes.find(({ profile }) => missing.includes(dockerArchitecture(profile)));
    const message = `${shown(short)} is there for ${listed([...architectures])}, but ${node?.name} is ${missing[0]}`;
    const hint = `add a file with the image for ${listed(missing, 'and')}; each node gets its own`;
    yield error(
      'image-missing-for-board',
      context.locator.value(['images', image?.index ?? 0]),
      message,
      hint,
    );
  }
}

function* imageTwice(context: RuleContext): Iterable<Diagnostic> {
  const seen = new Map<string, ReadImage>();
  for (const image of readImages(context)) {
    for (const reference of image.references) {
      const key = `${fullReference(reference)} ${image.architecture}`;
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
  { reads: ['images', 'profile', 'nodes', 'name'], check: imageMissingForBoard },
  { reads: ['images'], check: imageTwice },
];
