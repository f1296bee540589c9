import { describe, expect, it } from 'vitest';
import { summarizeCluster, type AskedNode } from '../../../../builder/check/status/cluster-status.ts';
import { statusRows, statusSummary } from '../../../../builder/check/status/format-status.ts';
import {
  parseNodeRecord,
  type NodeRecord,
  type SwarmNode,
} from '../../../../builder/check/status/node-record.ts';

const member = (name: string, more: Partial<SwarmNode> = {}): SwarmNode => ({
  name,
  role: 'manager',
  state: 'ready',
  availability: 'active',
  leader: false,
  ...more,
});

const record = (name: string, more: Partial<NodeRecord> = {}): NodeRecord => ({
  node: name,
  cluster: 'pi3',
  role: 'manager',
  address: `192.168.1.10${name.at(-1)}`,
  assembled: true,
  summary: 'assembled',
  stages: [],
  vip: { address: '192.168.1.253', holds: false },
  swarm: { state: 'active', nodes: [member('pi3-1', { leader: true }), member('pi3-2')] },
  storage: { type: 'glusterfs', mounted: true },
  others: [],
  ...more,
});

const asked = (name: string, answer: AskedNode['answer']): AskedNode => ({
  node: { name, role: 'manager', address: `192.168.1.10${name.at(-1)}` },
  answer,
});

const cluster = { name: 'pi3', vip: '192.168.1.253' };

describe('the status of a cluster', () => {
  it('is assembled when every node says so', () => {
    const status = summarizeCluster(cluster, [
      asked('pi3-1', { record: record('pi3-1', { vip: { address: '192.168.1.253', holds: true } }) }),
      asked('pi3-2', { record: record('pi3-2') }),
    ]);
    expect(status).toMatchObject({ assembled: true, assembledNodes: 2, vip: { holders: ['pi3-1'] } });
    expect(statusRows(status)).toEqual([
      ['pi3-1', 'manager', '192.168.1.101', 'mounted', 'ready, leader', 'here', 'assembled'],
      ['pi3-2', 'manager', '192.168.1.102', 'mounted', 'ready', '', 'assembled'],
    ]);
    expect(statusSummary(status)).toEqual(['assembled: 2 of 2 nodes', 'virtual IP 192.168.1.253: on pi3-1']);
  });

  it('tells of each node what it waits for, and of those that do not answer why', () => {
    const status = summarizeCluster(cluster, [
      asked('pi3-1', {
        record: record('pi3-1', {
          assembled: false,
          summary: 'waiting for pi3-2',
          swarm: {
            state: 'active',
            nodes: [member('pi3-1', { availability: 'drain' }), member('pi3-2', { state: 'down' })],
          },
          storage: { type: 'glusterfs', mounted: false },
        }),
      }),
      asked('pi3-2', { problem: 'no answer' }),
    ]);
    expect(status).toMatchObject({ assembled: false, assembledNodes: 0 });
    expect(statusRows(status)).toEqual([
      ['pi3-1', 'manager', '192.168.1.101', 'not mounted', 'ready, drain', '', 'waiting for pi3-2'],
      ['pi3-2', 'manager', '192.168.1.102', '', 'down', '', 'not reachable: no answer'],
    ]);
    expect(statusSummary(status)).toEqual([
      'assembled: 0 of 2 nodes',
      'virtual IP 192.168.1.253: no node that answers holds it',
    ]);
  });

  it('says what was changed by hand, and what silent nodes told the others', () => {
    const others = [
      { node: 'pi3-2', text: 'services: ssh.service was stopped: sudo systemctl start ssh.service' },
      { node: 'pi3-1', text: 'told by itself' },
    ];
    const stages = [
      { stage: 'files', state: 'noted', text: '/etc/docker/daemon.json was changed' },
      { stage: 'swarm', state: 'done', text: '2 of 2 nodes are ready' },
    ];
    const status = summarizeCluster({ name: 'pi3', vip: null }, [
      asked('pi3-1', { record: record('pi3-1', { stages, others }) }),
      asked('pi3-2', { problem: 'no answer' }),
      asked('pi3-3', { record: record('pi3-3', { others }) }),
    ]);
    expect(statusSummary(status)).toEqual([
      'assembled: 2 of 3 nodes',
      'pi3-1: files: /etc/docker/daemon.json was changed',
      'pi3-2: services: ssh.service was stopped: sudo systemctl start ssh.service',
    ]);
  });

  it('shows the swarm as the manager sees it that sees most of it', () => {
    const alone: NodeRecord['swarm'] = {
      state: 'active',
      nodes: [member('pi3-1'), member('pi3-2', { state: 'unknown' }), member('pi3-3', { state: 'unknown' })],
    };
    const status = summarizeCluster(cluster, [
      asked('pi3-1', { record: record('pi3-1', { swarm: alone }) }),
      asked('pi3-2', { record: record('pi3-2') }),
    ]);
    expect(status.nodes.map(({ swarm }) => swarm)).toEqual(['ready, leader', 'ready']);
  });

  it('says when two nodes hold the virtual IP, and nothing of it when there is none', () => {
    const holding = { vip: { address: '192.168.1.253', holds: true } };
    const nodes = ['pi3-1', 'pi3-2'].map((name) => asked(name, { record: record(name, holding) }));
    expect(statusSummary(summarizeCluster(cluster, nodes))).toContain(
      'virtual IP 192.168.1.253: on several nodes: pi3-1, pi3-2',
    );
    expect(statusSummary(summarizeCluster({ ...cluster, vip: null }, nodes))).toEqual([
      'assembled: 2 of 2 nodes',
    ]);
  });

  it('lets no node write to the terminal', () => {
    const summary = '\u001B[31mred\u001B[0m\nnode evil';
    const status = summarizeCluster(cluster, [
      asked('pi3-1', { record: record('pi3-1', { assembled: false, summary }) }),
    ]);
    expect(statusRows(status)[0]?.at(-1)).toBe('[31mred [0m node evil');
  });
});

describe('the record of a node', () => {
  it('of another version is read as far as it goes', () => {
    expect(parseNodeRecord('{"node":"pi3-1","assembled":true,"later":1}')).toMatchObject({
      node: 'pi3-1',
      assembled: true,
      stages: [],
      swarm: null,
    });
  });

  it.each(['', 'null', '7', '[]', '{}', '{"assembled":"yes"}', '{"assembled":true'])('is not %s', (text) => {
    expect(parseNodeRecord(text)).toBeUndefined();
  });
});
