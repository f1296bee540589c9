import { describe, expect, it } from 'vitest';
import { kernelWords } from '../../../builder/image/kernel-words.ts';
import { winningSeed, type SeedPlace } from '../../../builder/image/winning-seed.ts';
import { pasts } from './support/pasts.ts';

// The same pasts are put to the real cloud-init: test/contract/winning-seed.test.ts.
describe('the seed that wins', () => {
  it.each(pasts)('$title', ({ wins, places, settings, commandLine }) => {
    expect(winningSeed({ settings, words: kernelWords(commandLine) }, places)?.label).toBe(wins ?? undefined);
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
    expect(winningSeed({ settings: [], words: ['quiet', 'cloud-init=enabled'] }, [place])).toBe(place);
    for (const word of ['cloud-init=disabled', 'ds=ec2', 'ds=None'])
      expect(winningSeed({ settings: [], words: ['quiet', word] }, [place])).toBeUndefined();
  });

  it('has no words of comments, and those of quotes', () => {
    const text =
      '# GRUB_CMDLINE="cloud-init=disabled"\nGRUB_CMDLINE_LINUX="quiet ds=nocloud\\;s=http://a.example/"\n';
    expect(kernelWords(text)).toEqual(['GRUB_CMDLINE_LINUX=', 'quiet', 'ds=nocloud;s=http://a.example/']);
  });
});
