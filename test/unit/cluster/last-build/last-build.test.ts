import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { chooseStore } from '../../../../builder/cluster/last-build/choose-store.ts';
import { continueDefinition } from '../../../../builder/cluster/last-build/continue-definition.ts';
import { describeKey } from '../../../../builder/cluster/last-build/built-cluster.ts';
import { flattenSettings } from '../../../../builder/cluster/last-build/flatten-settings.ts';

const pi3 = { name: 'pi3', profile: 'pi3' };
const home = { name: 'home', profile: 'pi3' };
const lab = { name: 'lab', profile: 'x86' };

describe('the store that a command without a definition means', () => {
  it.each([
    [[], {}, { store: undefined }],
    [[home], {}, { store: 'home' }],
    [[home, lab], {}, { candidates: ['home', 'lab'] }],
    [[home, lab], { name: 'lab' }, { store: 'lab' }],
    [[home, lab], { name: 'new' }, { store: undefined }],
    [[home, lab], { profile: 'x86' }, { store: 'lab' }],
    [[home, lab], { profile: './boards/x86.yaml' }, { store: 'lab' }],
    [[home], { profile: 'x86' }, { store: undefined }],
    [[home, pi3], { profile: 'pi3' }, { store: 'pi3' }],
    [[home, { name: 'other', profile: 'pi3' }], { profile: 'pi3' }, { candidates: ['home', 'other'] }],
    [[{ name: 'old', profile: undefined }], { profile: 'pi3' }, { store: undefined }],
  ])('of %j with %j is %j', (stores, flags, choice) => {
    expect(chooseStore(stores, flags)).toEqual(choice);
  });
});

describe('going on from the last build', () => {
  const text = 'profile: pi3\nbase: debian-12\nbase_image: /x.img\nbase_sha256: aa\ncount: 4\n';

  it('keeps everything that the flags say nothing of', () => {
    expect(continueDefinition(text, { argv: [], count: '5', profile: 'pi3' })).toBe(text);
  });

  it.each([{ base: 'debian-13' }, { baseImage: '/y.img' }, { profile: 'pi4' }])(
    'leaves out what belonged to another base: %j',
    (flags) => {
      expect(parse(continueDefinition(text, { argv: [], ...flags }))).toEqual({ profile: 'pi3', count: 4 });
    },
  );
});

describe('what is kept of a cluster', () => {
  it('has every setting by its path, and of a secret only that it is another one', () => {
    const flat = flattenSettings({
      wifi: { ssid: 'home', password: 'hunter2' },
      dataPort: 1,
      list: [{ hostPath: '/x', mode: 1 }],
    });
    expect(flat).toMatchObject({ 'wifi.ssid': 'home', data_port: 1, list: [{ mode: 1 }] });
    expect(JSON.stringify(flat)).not.toContain('hunter2');
    expect(flattenSettings({ wifi: { password: 'other' } })['wifi.password']).not.toBe(flat['wifi.password']);
  });

  it('names a key as ssh-keygen -l does, options in front or not', () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFZpl/kgtQzuxbFxCN3eX/JGE1oQhb4yCeumOgsIaj8y test';
    expect(describeKey(key)).toBe('SHA256:ZKKKngWZ25N8iV0sy7+Xm/LdEKTMyatGjGokj08ppxE test');
    expect(describeKey(`no-pty ${key}`)).toBe(describeKey(key));
  });
});
