import { describe, expect, it } from 'vitest';
import { isVendor, platformOf } from '../../../builder/cluster/model/base-traits.ts';
import { editBootFiles } from '../../../builder/base/host/complete/edit-boot-files.ts';
import { readBaseImage } from '../../../builder/image/host/base.ts';
import { checkVendorLayout } from '../../../builder/base/host/check-vendor-layout.ts';
import { readShippedCatalogue } from '../../../builder/cluster/host/read-catalogue.ts';
import { run } from '../../image/support/programs.ts';
import { ensureStandIn } from '../../stand-ins/ensure-stand-in.ts';
import type { StandIn } from '../../stand-ins/stand-in.ts';
import { standIns, type StandInName } from '../../stand-ins/stand-ins.ts';
import { bootsAll } from '../requirements.ts';

// The first thing to try where there are none yet: it builds them, and starts nothing.
describe.runIf(bootsAll)('with DLIMAGE_BOOT_ALL=1, a stand-in', () => {
  it.each(Object.keys(standIns) as StandInName[])(
    '%s is what the definition of its model says',
    async (name) => {
      const standIn: StandIn = standIns[name];
      const definition = (await readShippedCatalogue()).bases.get(standIn.model);
      if (definition === undefined || !isVendor(definition)) throw new Error(`${name} has no model`);
      const { vendor } = definition;
      const path = await ensureStandIn(name);
      const image = await readBaseImage(path);
      checkVendorLayout(name, vendor.images[platformOf(standIn)]!.layout, image);
      run('e2fsck', ['-fn', `${path}?offset=${image.root.offsetBytes}`]);
      const { command_line: commandLine = [], config = [] } = vendor;
      const edited = await editBootFiles(name, image, { commandLine, config, dtoverlays: [] });
      const expected = [
        ...(config.length > 0 ? ['/config.txt'] : []),
        ...(commandLine.length > 0 ? ['/cmdline.txt'] : []),
      ];
      expect(edited.map(({ entry }) => entry.path)).toEqual(expected);
    },
  );
});
