import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { understandCluster } from '../../../builder/cluster/understand-cluster.ts';
import { parseDefinition } from '../../../builder/cluster/source/parse-definition.ts';
import { collectReferences } from '../../../builder/cluster/resolve/references.ts';
import { environment, readNamedSources, repository, schemas } from '../../errors/world.ts';
import { resolved, understand } from './understand.ts';

function ids(text: string): string[] {
  return understand(text).diagnostics.map(({ id }) => id);
}

describe('understandCluster', () => {
  it('selects all nodes, or those that are named', () => {
    expect(understand('count: 2').selected).toEqual(['pi3-1', 'pi3-2']);
    expect(understand('count: 2', { node: ['pi3-2', 'pi3-2'] }).selected).toEqual(['pi3-2']);
  });

  it('lets rules speak about what is sound, and only about that', () => {
    // The subnet is broken, so nothing is said about addresses in it; the port is another matter.
    expect(ids('network: { subnet: 10.0.0.0/99 }\nvip: 10.0.0.5\nswarm: { data_path_port: 2377 }\n')).toEqual(
      ['subnet-malformed', 'data-path-port-taken'],
    );
    // A misspelt key spoils what it was meant to be.
    expect(ids('network: { subnt: 10.0.0.0/24 }\nvip: 10.0.0.5\n')).toEqual(['unknown-key']);
    // An error in another part of the network leaves the subnet sound.
    expect(ids('network: { subnet: 10.0.0.0/24, vlan: 0 }\nvip: 10.0.1.5\n')).toEqual([
      'out-of-range',
      'vip-outside-subnet',
    ]);
  });

  it('explains the first 5000 errors of a schema, and counts the rest', () => {
    const { diagnostics } = understand(`packages: [${'1, '.repeat(5200)}]`);
    expect(diagnostics.filter(({ at }) => at !== undefined)).toHaveLength(5000);
    const rest = diagnostics.find(({ id }) => id === 'too-many-errors');
    expect(rest?.message).toBe('200 more errors are not listed');
  });

  it('finds a repeated key among 20,000', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n');
    const { diagnostics } = parseDefinition({ file: 'cluster.yaml', text: `${many}\nk7: 2\n` });
    expect(diagnostics).toMatchObject([
      { id: 'yaml-duplicate-key', at: { line: 20_001, column: 1, length: 2 } },
    ]);
  });

  it('covers secrets in the sources it hands on', () => {
    const { sources } = understand('network: { wifi: { ssid: a, password: hunter22, country: DE } }\n');
    expect(JSON.stringify(sources)).not.toContain('hunter22');
  });

  it('gives no cluster when anything is wrong, and says nothing when nothing is', () => {
    expect(understand('count: 0').value).toBeUndefined();
    expect(understand('count: 3').diagnostics).toEqual([]);
  });

  it('is the same however often it is asked', () => {
    expect(resolved('count: 20\n')).toEqual(resolved('count: 20\n'));
  });
});

/** Every node written out, with a label and an address. */
function definition(count: number): string {
  const nodes = Array.from(
    { length: count },
    (_, n) =>
      `  - name: n${n}\n    address: 10.1.${n >> 8}.${n & 255}\n    role: ${n > 0 && n < 4 ? 'manager' : 'worker'}\n    labels: { rack: "r${n % 9}" }\n`,
  );
  return `network: { subnet: 10.0.0.0/8 }\nnodes:\n${nodes.join('')}`;
}

/** Processor time, of the best of three: what else the machine does must not count. */
function secondsFor(count: number): number {
  const text = definition(count);
  const times = [1, 2, 3].map(() => {
    const start = process.cpuUsage();
    expect(understand(text).value?.nodes.length).toBe(count);
    return process.cpuUsage(start).user / 1e6;
  });
  return Math.min(...times);
}

describe('large clusters', () => {
  it('take time in proportion to their size', { timeout: 60_000 }, () => {
    // Four times the nodes: a quadratic step would take sixteen times as long.
    expect(secondsFor(2000) / secondsFor(500)).toBeLessThan(9);
  });

  it('have as many mistakes reported as there are', () => {
    const text = definition(2000).replaceAll('rack:', 'ra ck:');
    expect(understand(text).diagnostics.length).toBe(2000);
  });
});

describe('collectReferences', () => {
  it('names everything outside the definition, with where it was said', () => {
    const text = `profile: ./p.yaml\nbase: debian-12\nnodes: [{ base: b.img }, { profile: x86 }]\nssh: { authorized_keys: [k.pub] }
users: [{ name: a, authorized_keys: [~/.ssh/a.pub, "ssh-ed25519 AAAA/BBB me@host"] }]\nfiles: [{ source: motd, path: /etc/motd }, { source: motd, path: /b }]\n`;
    const flags = {
      argv: ['build', '--profile', 'q.yaml', '--ssh-key', './z.pub'],
      profile: 'q.yaml',
      sshKey: ['./z.pub'],
    };
    const shown = collectReferences({ file: 'f', text }, flags).map(
      ({ purpose, written, from }) => `${purpose} ${written} ${from}`,
    );
    expect(shown).toEqual([
      'profile q.yaml command-line',
      'base b.img definition',
      'key ./z.pub command-line',
      'key ~/.ssh/a.pub definition',
      'extra-file motd definition',
    ]);
  });

  it('survives any definition', () => {
    for (const text of [
      'nodes: 5',
      'nodes: [5, null]',
      'ssh: []',
      'files: [[1]]',
      '- a',
      'a: [',
      'users: {a: 1}',
    ]) {
      expect(collectReferences({ file: 'f', text }, { argv: [] })).toEqual([]);
    }
  });
});

describe('the profiles and bases that are shipped', () => {
  const profiles = readNamedSources(join(repository, 'profiles'));
  const bases = readNamedSources(join(repository, 'profiles/bases'));

  const asking = ['pi3 ubuntu-26.04', 'pi4 ubuntu-26.04', 'pi5 ubuntu-26.04', 'pi5 raspios-trixie'];

  it.each(profiles.map(({ name }) => name))('%s makes a cluster with every base it lists', (profile) => {
    const source = profiles.find(({ name }) => name === profile)?.source.text ?? '';
    const listed = /^bases: \[(.*)\]$/m.exec(source)?.[1]?.split(', ') ?? [];
    expect(listed.length).toBeGreaterThan(0);
    for (const base of listed) {
      const understood = understandCluster({
        flags: { argv: [], profile, base },
        profiles,
        bases,
        schemas,
        environment,
      });
      // What a publisher's image asks of a board is a warning.
      const cautions = understood.diagnostics.map(({ id }) => id);
      expect(cautions).toEqual(asking.includes(`${profile} ${base}`) ? ['base-caution'] : []);
      expect(understood.value?.nodes).toHaveLength(3);
    }
  });

  it('name the schema that editors check them with', () => {
    for (const { source } of bases) expect(source.text).toMatch(/^# yaml-language-server: \$schema=/);
    expect(readFileSync(join(repository, 'profiles/schemas/base.schema.json'), 'utf8')).toContain(
      'BaseDefinition',
    );
  });
});
