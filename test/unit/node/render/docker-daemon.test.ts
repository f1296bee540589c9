import { describe, expect, it } from 'vitest';
import { dockerDaemon } from '../../../../builder/node/render/docker-daemon.ts';
import { defaultCluster } from './support/example-cluster.ts';

function daemon(docker: Record<string, unknown>, mtu: number | null = null): unknown {
  const cluster = defaultCluster({ docker });
  return JSON.parse(dockerDaemon({ ...cluster, network: { ...cluster.network, mtu } }));
}

describe('dockerDaemon', () => {
  const own = {
    'log-driver': 'json-file',
    'log-opts': { 'max-size': '10m', 'max-file': '3' },
    'live-restore': false,
    'default-address-pools': [{ base: '172.16.0.0/14', size: 24 }],
  };

  it('rotates logs, and keeps off the LAN', () => expect(daemon({})).toEqual(own));

  it('has the size of packets of the LAN', () => expect(daemon({}, 9000)).toEqual({ ...own, mtu: 9000 }));

  it('adds what the definition says, and changes of the options of logs only those', () => {
    const docker = { 'registry-mirrors': ['https://mirror.example'], 'log-opts': { 'max-size': '50m' } };
    expect(daemon(docker)).toEqual({
      ...own,
      'registry-mirrors': ['https://mirror.example'],
      'log-opts': { 'max-size': '50m', 'max-file': '3' },
    });
  });

  it('gives another log driver no options that are not its own', () => {
    expect(daemon({ 'log-driver': 'journald' })).not.toHaveProperty('log-opts');
    expect(daemon({ 'log-driver': 'local' })).toHaveProperty('log-opts.max-size', '10m');
    expect(daemon({ 'log-driver': 'syslog', 'log-opts': { tag: 'x' } })).toHaveProperty('log-opts', {
      tag: 'x',
    });
  });
});
