import { describe, expect, it } from 'vitest';
import { renderInitialDefinition, type InitialAnswers } from '../../../builder/cluster/initial-definition.ts';
import { publicKey } from '../../errors/world.ts';
import { resolved, understand } from './understand.ts';

const schema = './cluster.schema.json';
const few: InitialAnswers = { name: 'home', profile: 'pi3', count: 4 };
const all: InitialAnswers = {
  name: 'no',
  profile: 'x86',
  count: 2,
  base: 'debian-13',
  subnet: '10.0.0.0/24',
  gateway: '10.0.0.254',
  dns: ['10.0.0.254', '9.9.9.9'],
  firstAddress: '10.0.0.11',
  vip: '10.0.0.10',
  authorizedKeys: [publicKey],
  userName: 'ada',
  timezone: 'Europe/Berlin',
  locale: 'de_DE.UTF-8',
  storage: 'none',
};

describe('renderInitialDefinition', () => {
  it('names the schema in its first line, for editors', () => {
    expect(renderInitialDefinition(few, schema).split('\n')[0]).toBe(
      `# yaml-language-server: $schema=${schema}`,
    );
  });

  it('resolves to what was answered, and to the defaults for the rest', () => {
    const cluster = resolved(renderInitialDefinition(few, schema));
    expect(cluster).toEqual(resolved('{ name: home, count: 4, profile: pi3 }'));
  });

  it('writes down every answer', () => {
    const cluster = resolved(renderInitialDefinition(all, schema));
    expect(cluster).toMatchObject({
      name: 'no',
      network: { subnet: '10.0.0.0/24', gateway: '10.0.0.254', dns: ['10.0.0.254', '9.9.9.9'] },
      vip: '10.0.0.10',
      users: [{ name: 'ada', authorizedKeys: [publicKey] }],
      timezone: 'Europe/Berlin',
      locale: 'de_DE.UTF-8',
      storage: { type: 'none' },
    });
    expect(cluster.nodes.map(({ address, profileName }) => [address, profileName])).toEqual([
      ['10.0.0.11', 'x86'],
      ['10.0.0.12', 'x86'],
    ]);
  });

  it('writes a Wi-Fi network as it is, whatever is in its name', () => {
    const wifi = { ssid: 'Anna\'s "attic": 2.4', password: 'no: yes #1', country: 'DE' };
    const { ssid, password, country } = wifi;
    expect(resolved(renderInitialDefinition({ ...few, wifi }, schema)).network.wifi).toEqual({
      country,
      networks: [{ ssid, password, hidden: false }],
    });
  });

  it('can say no to a virtual IP, and yes to a server', () => {
    expect(resolved(renderInitialDefinition({ ...few, vip: false }, schema)).vip).toBeNull();
    expect(resolved(renderInitialDefinition({ ...few, storage: 'nfs' }, schema)).storage.type).toBe('nfs');
  });

  it.each([
    ['few', few],
    ['all', all],
  ])('is valid, too, when what it suggests is taken (%s answers)', (_, answers) => {
    const text = renderInitialDefinition({ ...answers, count: 2 }, schema);
    // The nodes are in place of count, and a second list of users would be a duplicate key.
    const uncommented = text
      .replace(/^count:.*$/m, '')
      .replaceAll(/^# ((?: *- |\w+:| {2,}\w+:).*)$/gm, '$1')
      .replace(/^# (?!yaml).*$/gm, '');
    expect(uncommented).toContain('\nnodes:\n');
    const errors = understand(uncommented).diagnostics.filter(({ severity }) => severity === 'error');
    // The files that it suggests are not there.
    const missing = new Set(['key-file-missing', 'source-missing']);
    expect(errors.filter(({ id }) => !missing.has(id))).toEqual([]);
  });
});
