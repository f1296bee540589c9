import { recoverySeconds } from '../cluster/wait-for-assembly.ts';
import { lookSeconds, root, type Harm } from './harm.ts';

/** A service that a person stops: it stays stopped, is told, and started again by that person. */
function stopped(service: string, stop: string, words: string, start: string): Harm {
  return {
    name: `${service}: systemctl ${stop}`,
    strike: async ({ struck }) => void (await root(struck, `systemctl ${stop} ${service}`)),
    said: { by: 'others', words: new RegExp(`${service} ${words}`), withinSeconds: lookSeconds },
    mend: async ({ struck }) => void (await root(struck, start)),
    wholeWithin: recoverySeconds,
  };
}

/** Harm to what runs on a node. */
export const harmsToServices: readonly Harm[] = [
  stopped('docker.service', 'stop', 'was stopped', 'systemctl start docker.service'),
  stopped('glusterd.service', 'stop', 'was stopped', 'systemctl start glusterd.service'),
  stopped('chrony.service', 'disable --now', 'is disabled', 'systemctl enable --now chrony.service'),
  stopped(
    'keepalived.service',
    'mask --now',
    'is masked',
    'systemctl unmask keepalived.service && systemctl start keepalived.service',
  ),
  {
    name: 'all daemons are killed',
    strike: async ({ struck }) =>
      void (await root(
        struck,
        'for name in dockerd containerd glusterd glusterfsd glusterfs keepalived; do pkill -KILL -x $name || true; done',
      )),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'the agent is killed again and again',
    strike: async ({ struck }) =>
      void (await root(
        struck,
        'for time in 1 2 3 4 5 6; do systemctl kill --signal=KILL dlimage-agent.service; sleep 5; done',
      )),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'docker swarm leave --force',
    strike: async ({ struck }) => void (await root(struck, 'docker swarm leave --force')),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'Docker’s state of the swarm is wiped',
    strike: async ({ struck }) =>
      void (await root(
        struck,
        'systemctl stop docker.service docker.socket',
        'rm -rf /var/lib/docker/swarm',
        'systemctl start docker.socket docker.service',
      )),
    wholeWithin: recoverySeconds,
  },
  {
    name: '1,000 idle lines to the agent, ssh and the page of another node',
    strike: async ({ struck, others }) => {
      const target = others[0]!.address;
      const script = [
        'import socket, time',
        'lines = []',
        'for number in range(1000):',
        '    line = socket.socket(socket.AF_UNIX) if number % 2 else socket.socket()',
        '    line.setblocking(False)',
        '    try:',
        `        line.connect('/run/dlimage/peer.sock' if number % 2 else ('${target}', 22 if number % 4 else 9280))`,
        '    except OSError:',
        '        pass',
        '    lines.append(line)',
        'time.sleep(60)',
      ];
      await root(struck, `ulimit -n 4096`, `python3 - <<'END'\n${script.join('\n')}\nEND`);
    },
    wholeWithin: recoverySeconds,
  },
];
