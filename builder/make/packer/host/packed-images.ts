import { createHash } from 'node:crypto';
import type { WrittenFormat } from '../../../image/image-format.ts';
import type { Assets } from '../../../node/overlay/assets.ts';
import { requireTools } from '../../../system/host/doctor/require-tools.ts';
import { makePrivateTemporary, type PrivateTemporary } from '../../../system/host/private-temporary.ts';
import type { ToolName } from '../../../system/host/tools.ts';
import type { ImageJob, ImageMaking } from '../../host/image-maker.ts';
import type { PackerBuilder } from '../packer-variables.ts';
import type { PackerVersion } from '../packer-version.ts';
import { readPackerHost } from './packer-host.ts';
import { buildByPacker, examinePacker, validateWithPacker } from './run-packer.ts';
import { takePackerResults } from './take-results.ts';
import { writePackerTemplate } from './write-template.ts';

const toolsOfBuilders: Readonly<Record<PackerBuilder, readonly ToolName[]>> = {
  bios: ['qemu-system-x86_64'],
  uefi: ['qemu-system-x86_64', 'uefi-x86-whole'],
  // VirtualBox is looked for by Packer: no distribution has it under one name.
  virtualbox: [],
};

/** Formats that a builder makes. */
export function formatsOfBuilder(builder: PackerBuilder): readonly WrittenFormat[] {
  return builder === 'virtualbox' ? ['virtualbox-box'] : ['qcow2', 'box'];
}

/**
 * Makes images by Packer, in a machine that boots the base, takes the overlay and cleans up.
 *
 * Its methods throw HostError `packer-unknown`, `packer-failed` and `packer-results`.
 */
export function packedImages(builder: PackerBuilder): ImageMaking {
  let version: PackerVersion | undefined;
  return {
    async requireReady() {
      await requireTools(['packer', 'qemu-img', 'xorriso', ...toolsOfBuilders[builder]]);
      version = await examinePacker();
    },
    async open({ request, assets }) {
      const { outputDirectory, progress, signal } = request;
      const packer = version ?? (await examinePacker());
      // Results stay there until they get their names.
      const folders: PrivateTemporary[] = [];
      return {
        hashInputs: (job) => hashInputs(job, builder, assets),
        async write({ item, base, entries }) {
          const { name, node } = item;
          const folder = await makePrivateTemporary(outputDirectory);
          folders.push(folder);
          const template = await writePackerTemplate(folder.path, {
            name,
            profile: node.profile,
            base,
            entries: entries.map(({ entry }) => entry),
            builder,
            host: await readPackerHost(),
            assets,
            signal,
          });
          const { consoleLog, diskBytes } = template;
          const about = { folder: folder.path, builder, version: packer, title: name, consoleLog };
          const run = { ...about, progress, signal };
          await validateWithPacker(run);
          await buildByPacker(run);
          const taken = await takePackerResults(template.outputDirectory, name, builder);
          const artifacts = taken.map(({ path, ...file }) => ({ ...file, temporaryPath: path }));
          return { artifacts, imageSizeBytes: diskBytes, imageSha256: null, patchBytes: 0 };
        },
        async close() {
          for (const folder of folders) await folder.remove();
        },
      };
    },
  };
}

/** Two runs of Packer never make the same bytes: what was made from the same is kept. */
function hashInputs({ base, sha256 }: ImageJob, builder: PackerBuilder, assets: Assets): string {
  const hash = createHash('sha256').update(`packer ${builder} ${base.record.sha256} ${sha256}`);
  const shipped = [...assets.files].filter(([path]) => /^packer\/.*(?<!\.md)$/.test(path));
  for (const [path, content] of shipped) hash.update(`${path} ${content.byteLength} `).update(content);
  return hash.digest('hex');
}
