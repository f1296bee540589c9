import { describe, expect, it } from 'vitest';
import { winningSeed, type SeedPlace } from '../../../builder/image/winning-seed.ts';
import { pasts } from './support/pasts.ts';

// The same pasts are put to the real cloud-init: test/contract/winning-seed.test.ts.
describe('the seed that wins', () => {
  it.each(pasts)('$title', ({ wins, places, ...told }) => {
    expect(winningSeed(told, places)?.label).toBe(wins ?? undefined);
  });

  it('is none where cloud-init is off, or is told another source', () => {
    const place: SeedPlace = {
      on: 'root',
      partition: 2,
      label: 'root',
      directories: [],
      files: ['user-data', 'meta-data'],
      metaData: '',
      leadsTo: null,
    };
    expect(winningSeed({ settings: [], commandLine: 'quiet cloud-init=enabled' }, [place])).toBe(place);
    for (const commandLine of ['cloud-init=disabled', 'ds=ec2', 'ds=None quiet'])
      expect(winningSeed({ settings: [], commandLine }, [place])).toBeUndefined();
  });
});
