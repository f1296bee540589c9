import { describe, expect, it } from 'vitest';
import { parseFlags } from '../../../../builder/cluster/source/command-line.ts';
import { mergeFlags } from '../../../../builder/cluster/source/merge-flags.ts';
import { parseDefinition } from '../../../../builder/cluster/source/parse-definition.ts';

describe('parseFlags', () => {
  it('shows the command as it was typed and finds each value in it', () => {
    const { source, values } = parseFlags({
      argv: ['build', '--name', 'my cluster', '--vip=10.0.0.5', '--count', '4'],
      name: 'my cluster',
      vip: '10.0.0.5',
      count: '4',
    });
    expect(source).toEqual({
      file: 'command line',
      text: "dlimage build --name 'my cluster' --vip=10.0.0.5 --count 4",
    });
    const shown = values.map(({ flag, value, at }) => [
      flag,
      value,
      at && source.text.slice(at.column - 1, at.column - 1 + at.length),
    ]);
    expect(shown).toEqual([
      ['--count', 4, '4'],
      ['--name', 'my cluster', "'my cluster'"],
      ['--vip', '10.0.0.5', '10.0.0.5'],
    ]);
  });

  it('points at each of several, and at the last of one that is repeated', () => {
    const { values, selection, source } = parseFlags({
      argv: [
        'build',
        '--ssh-key',
        'a.pub',
        '--node',
        'n1',
        '--ssh-key=b.pub',
        '--name',
        'x',
        '--name',
        'y',
        '--node',
        'n2',
      ],
      sshKey: ['a.pub', 'b.pub'],
      node: ['n1', 'n2'],
      name: 'y',
    });
    const behind = (text: string) => source.text.indexOf(text) + text.length + 1;
    expect(values.map(({ at }) => at?.column)).toEqual([
      behind('--name x --name '),
      behind('--ssh-key '),
      behind('--ssh-key='),
    ]);
    expect(selection.map(({ at }) => at?.column)).toEqual([behind('--node '), behind('y --node ')]);
  });

  it('takes none for no virtual IP, and leaves a bad number to the schema', () => {
    const { values } = parseFlags({ argv: [], vip: 'none', count: '4x' });
    expect(values.map(({ value }) => value)).toEqual(['4x', false]);
  });
});

describe('mergeFlags', () => {
  const file = parseDefinition({
    file: 'cluster.yaml',
    text: 'name: home\nnetwork: { subnet: 10.0.0.0/24, vlan: 5 }\nssh: { authorized_keys: [a.pub, b.pub] }\n',
  }).value;
  if (file === undefined) throw new Error('does not parse');
  const flags = parseFlags({
    argv: ['--subnet', '10.1.0.0/16', '--ssh-key', 'c.pub'],
    subnet: '10.1.0.0/16',
    sshKey: ['c.pub'],
  });
  const { tree, locator } = mergeFlags(file, flags);

  it('lets flags win and keeps the rest', () => {
    expect(tree).toEqual({
      name: 'home',
      network: { subnet: '10.1.0.0/16', vlan: 5 },
      ssh: { authorized_keys: ['c.pub'] },
    });
  });

  it('says where each value comes from', () => {
    expect(locator.value(['network', 'subnet'])?.file).toBe('command line');
    expect(locator.value(['network', 'vlan'])?.file).toBe('cluster.yaml');
    expect(locator.key(['ssh', 'authorized_keys'])?.file).toBe('command line');
    expect(locator.name(['network', 'subnet'])).toBe('--subnet');
    expect(locator.name(['network', 'vlan'])).toBe('network.vlan');
  });

  it('leaves a scalar that is in the way to the schema', () => {
    const wrong = parseDefinition({ file: 'f', text: 'network: 5\n' }).value;
    expect(wrong && mergeFlags(wrong, flags).tree).toMatchObject({ network: 5 });
  });
});
