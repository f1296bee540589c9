import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRoot } from '../../builder/system/host/namespace.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { missingNetworkOptions } from '../../builder/cluster/stacks/network-options.ts';
import { judgeByUs } from './support/judge-by-us.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';

// What a node does with images, stacks and networks, shown by the base's own dockerd: no machine is booted, but containers run.
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;

// Containers need cgroups, which only the real root may make. CI is root.
const cannotRun = !isRoot() && process.env['CI'] !== 'true';

beforeAll(async () => {
  if (cannotRun) return;
  base = await unpackBase();
  example = await layOverBase('pi3-default', base);
});
afterAll(async () => {
  await example?.remove();
});

const support = (name: string): string => readFileSync(join(import.meta.dirname, 'support', name), 'utf8');

/** Puts a file of the tests into the node's /tmp. */
const put = (name: string): string => `cat >/tmp/${name} <<'END OF FILE'\n${support(name)}END OF FILE\n`;

/** The lines that a script says with an engine at hand. */
async function withEngine(script: string): Promise<string[]> {
  const [node] = example?.nodes ?? [];
  if (node === undefined) throw new Error('the example has no node');
  const { exitCode, output } = await node.run(`
    ${['engine.sh', 'registry.py', 'engine_agent.py'].map(put).join('')}
    . /tmp/engine.sh
    trap stop_engine EXIT
    mount_cgroups
    mount -t tmpfs tmpfs "$DLIMAGE_MOUNT_POINT"
    mkdir -p /etc/dlimage/stacks
    agent() { python3 -m engine_agent "$@"; }
    ${script}`);
  const lines = output.trim().split('\n');
  expect(exitCode, output).toBe(0);
  return lines;
}

/** stacks.json with one compose file a stack; `head` of each is what stands above its only service. */
function writeStacks(
  ...stacks: { name: string; image: string; head?: string; service?: string; more?: object }[]
): string {
  const list = stacks.map(({ name, more }) => ({
    name,
    files: [`${name}.yaml`],
    sha256: createHash('sha256').update(JSON.stringify(stacks)).digest('hex'),
    resolve_image: 'never',
    ...more,
  }));
  const files = stacks.map(
    ({
      name,
      image,
      head = 'networks: {host: {external: true, name: host}}',
      service = 'networks: [host]',
    }) =>
      `cat >/etc/dlimage/stacks/${name}.yaml <<'EOF'\nversion: '3.8'\n${head}\nservices: {main: {image: '${image}', ${service}}}\nEOF\n`,
  );
  return `${files.join('')}cat >/etc/dlimage/stacks.json <<'EOF'\n${JSON.stringify(list)}\nEOF\n`;
}

describe.skipIf(cannotRun)('a node with a real engine', () => {
  it('starts what is loaded while no name server answers, and pulls what is not loaded', async () => {
    const lines = await withEngine(`
      silence
      start_engine
      agent found

      # Loaded as the agent loads it, from an archive.
      make_image example/web:1.0
      docker save example/web:1.0 >/tmp/web.tar
      docker rmi --force example/web:1.0 >/dev/null
      docker load --quiet </tmp/web.tar >/dev/null
      ${writeStacks({ name: 'baked', image: 'example/web:1.0' })}
      agent stacks
      echo "loaded, no name server: $(seconds_until_running baked_main)"

      # Only a registry has it.
      make_image 127.0.0.1:5000/shop/web:1.0
      docker save 127.0.0.1:5000/shop/web:1.0 >/tmp/pulled.tar
      docker rmi --force 127.0.0.1:5000/shop/web:1.0 >/dev/null
      python3 /tmp/registry.py /tmp/pulled.tar &
      registry=$!
      ${writeStacks({ name: 'pulled', image: '127.0.0.1:5000/shop/web:1.0' })}
      agent stacks
      echo "in a registry: $(seconds_until_running pulled_main)"
      docker inspect --format '{{len .RepoDigests}} digest' 127.0.0.1:5000/shop/web:1.0

      # The registry goes, and with it nothing.
      kill "$registry"
      docker service update --detach --force pulled_main >/dev/null
      sleep 1
      echo "without the registry: $(seconds_until_running pulled_main)"`);
    expect(lines).toEqual([
      'deployed baked',
      '1 deployed',
      expect.stringMatching(/^loaded, no name server: \d+$/),
      'deployed pulled',
      '1 deployed',
      expect.stringMatching(/^in a registry: \d+$/),
      '1 digest',
      expect.stringMatching(/^without the registry: \d+$/),
    ]);
    // Go's own resolver alone needs 20 s to give up.
    expect(Number(lines[2]?.split(': ')[1])).toBeLessThan(18);
  });

  it('deploys the good stacks beside a bad one, with folders, a shared network and the MTU of the LAN', async () => {
    const shared = 'networks: {edge: {external: true}}';
    const lines = await withEngine(`
      echo "DLIMAGE_MTU='1400'" >>/etc/dlimage/node.env
      start_engine
      agent found
      make_image example/web:1.0
      ${writeStacks(
        {
          name: 'bad',
          image: 'example/web:1.0',
          head: 'networks: {nobody: {external: true}}',
          service: 'networks: [nobody]',
        },
        {
          name: 'good',
          image: 'example/web:1.0',
          head: shared,
          service: 'networks: [edge], volumes: ["/mnt/cluster/good:/data"]',
          more: { networks: [{ name: 'edge' }], directories: ['/mnt/cluster/good'] },
        },
      )}
      agent stacks
      seconds_until_running good_main >/dev/null
      docker service ls --format '{{.Name}} {{.Replicas}}'
      for network in edge ingress docker_gwbridge; do
        docker network inspect --format '{{.Name}} {{.Driver}} {{.Attachable}} {{index .Options "com.docker.network.driver.mtu"}}' "$network"
      done
      docker exec "$(docker ps --quiet --latest)" cat /sys/class/net/eth0/mtu /sys/class/net/eth1/mtu`);
    expect(lines).toEqual([
      expect.stringMatching(/^bad cannot be deployed: .*nobody.*; good next$/),
      'deployed good',
      expect.stringMatching(/^bad cannot be deployed: .*nobody/),
      'good_main 1/1',
      'edge overlay true 1400',
      'ingress overlay false 1400',
      'docker_gwbridge bridge false 1400',
      '1350',
      '1400',
    ]);
  });

  it('makes the machine a manager that has the address of its name, and no other', async () => {
    const lines = await withEngine(`
      start_engine
      agent found
      token=$(docker swarm join-token --quiet worker)
      # Root on pi3-2 calls its engine pi3-3.
      start_second 192.168.1.102/24 pi3-3
      second_docker swarm join --token "$token" --advertise-addr 192.168.1.102 192.168.1.101:2377 >/dev/null
      id=$(second_docker info --format '{{.Swarm.NodeID}}')
      told() {
        until docker node ls --format '{{.ID}} {{.Hostname}} {{.Status}}' | grep -q "^$id $1 Ready"; do sleep 0.2; done
        docker node inspect --format '{{.Description.Hostname}} {{.Status.Addr}} {{.Spec.Role}}' "$id"
      }
      told pi3-3
      for caller in pi3-3 pi3-2 pi3-4; do agent promote "$caller" "$id" | sed "s/$id/it/"; done
      told pi3-3
      stop_second
      start_second 192.168.1.102/24 pi3-2
      told pi3-2
      for caller in pi3-3 pi3-2; do agent promote "$caller" "$id" | sed "s/$id/it/"; done
      told pi3-2
      stop_second`);
    expect(lines).toEqual([
      'pi3-3 192.168.1.102 worker',
      'it is not pi3-3',
      'it is not pi3-2',
      'pi3-4 is not a manager',
      'pi3-3 192.168.1.102 worker',
      'pi3-2 192.168.1.102 worker',
      'it is not pi3-3',
      "{'promoted': True}",
      'pi3-2 192.168.1.102 manager',
    ]);
  });

  it('makes networks that are encrypted, and leaves those that are there as they are', async () => {
    const networks = missingNetworkOptions(
      [
        {
          services: { main: { networks: ['own', 'plain'] } },
          networks: { own: null, plain: { driver_opts: { encrypted: '' } } },
        },
      ],
      { encrypted: 'true' },
    )[0];
    expect(networks).toEqual([{ key: 'own', options: { encrypted: 'true' } }]);
    const lines = await withEngine(`
      echo "DLIMAGE_SWARM_ENCRYPTED='yes'" >>/etc/dlimage/node.env
      start_engine
      agent found
      docker network create --driver overlay --attachable before >/dev/null
      ${writeStacks({
        name: 'web',
        image: 'example/web:1.0',
        head: 'networks: {edge: {external: true}, before: {external: true}, own: {driver_opts: {encrypted: "true"}}}',
        service: 'networks: [edge, before, own], deploy: {replicas: 0}',
        more: { networks: [{ name: 'edge' }, { name: 'before' }] },
      })}
      agent stacks
      for network in ingress edge web_own before; do
        docker network inspect --format '{{.Name}} {{with index .Options "encrypted"}}{{.}}{{end}}' "$network"
      done`);
    expect(lines).toEqual([
      'deployed web',
      '1 deployed',
      'ingress true',
      'edge true',
      'web_own true',
      'before',
    ]);
  });

  it('starts services on the subnets that a build takes, and on no others', async () => {
    const subnets: Readonly<Record<string, readonly string[]>> = {
      free: ['10.9.0.0/24'],
      pooled: ['10.201.200.0/24'],
      range: ['172.16.2.0/24'],
      small: ['10.9.3.8/29'],
      both: ['10.9.4.0/24', 'fd00:2::/64'],
      docker0: ['172.16.0.0/24'],
      bridge: ['172.16.1.128/25'],
      ingress: ['10.201.0.0/24'],
      smaller: ['10.9.2.0/30'],
      twice: ['10.9.6.0/24', '10.9.6.0/25'],
      again: ['10.9.0.0/25'],
      six: ['fd00:1::/64'],
      address: ['10.9.5.5/24'],
    };
    const compose = ([name, list]: readonly [string, readonly string[]], more = '') =>
      `version: '3.8'\nservices: {main: {image: 'example/web:1.0', networks: [${name}]}}\nnetworks: {${name}: {ipam: {config: ${JSON.stringify(
        list.map((subnet) => ({ subnet })),
      )}}}${more}}\n`;
    const lines = await withEngine(`
      start_engine --bridge=
      agent found
      make_image example/web:1.0
      docker version --format '{{.Server.Version}}'
      ${Object.entries(subnets)
        .map(
          (entry) => `
        cat >/tmp/stack.yaml <<'EOF'\n${compose(entry)}EOF
        docker stack deploy --resolve-image never --compose-file /tmp/stack.yaml ${entry[0]} >/dev/null 2>&1 || true`,
        )
        .join('')}
      sleep 20
      for stack in ${Object.keys(subnets).join(' ')}; do
        docker service ps --format '{{.CurrentState}}' --filter desired-state=running "\${stack}_main" 2>/dev/null |
          grep -q ^Running && echo "$stack" || true
      done`);
    const [version = '', ...running] = lines;
    const docker = version.split('.', 2).join('.');
    const taken = Object.entries(subnets).filter(([name, list]) => {
      // The subnet of the one must be known for the other to overlap it.
      const other = name === 'again' ? `, free: {ipam: {config: [{subnet: 10.9.0.0/24}]}}` : '';
      const files = { 'web.yaml': compose([name, list], other) };
      return judgeByUs({ name, files, composeFiles: ['web.yaml'] }, docker).refusals.length === 0;
    });
    expect(running).toEqual(taken.map(([name]) => name));
    expect(running.length).toBeGreaterThan(4);
  });

  it('starts services with the values that a build takes, and with no others', async () => {
    const values: Readonly<Record<string, string>> = {
      plain: '',
      hostname: "hostname: '{{.Node.Hostname}}-{{.Task.Slot}}'",
      variable: "environment: ['A={{.Service.Name}}']",
      times: 'healthcheck: {test: [NONE], interval: 1ms, timeout: 0s}',
      hosts: "extra_hosts: ['d:host-gateway', 'e:::1', c], dns: ['9.9.9.9', 'fd00::1']",
      limits: 'ulimits: {nofile: {soft: 20, hard: 1000}, nproc: 100}',
      log: "logging: {driver: json-file, options: {max-size: 10m, max-file: '3'}}",
      words:
        "stop_signal: usr1, cap_add: [net_admin], cap_drop: [all], sysctls: {kernel.shm_rmid_forced: '1'}",
      'x-field': "hostname: '{{.Foo}}'",
      'x-open': "environment: ['A={{.Node']",
      'x-function': 'hostname: \'{{env "A"}}\'',
      'x-interval': "healthcheck: {test: [CMD, /bin/sleep, '0'], interval: 1us}",
      'x-retries': "healthcheck: {test: [CMD, /bin/sleep, '0'], retries: -1}",
      'x-host': "extra_hosts: ['d:1.2.3']",
      'x-dns': 'dns: [nope]',
      'x-ulimit': 'ulimits: {nofile: {soft: 20, hard: 10}}',
      'x-unlimited': 'ulimits: {nofile: -1}',
      'x-nolimit': 'ulimits: {nofiles: 20}',
      'x-log': 'logging: {driver: json-file, options: {max-sise: 10m}}',
      'x-size': 'logging: {driver: json-file, options: {max-size: tenm}}',
      'x-folder': 'working_dir: run',
      'x-sysctl': "sysctls: ['nope=1']",
      'x-memory': 'deploy: {resources: {limits: {memory: 5M}}}',
      'x-delay': 'deploy: {restart_policy: {delay: -1s}}',
      'x-ratio': 'deploy: {update_config: {max_failure_ratio: 2}}',
      'x-target': 'volumes: [{type: tmpfs, target: run}]',
      'x-root': 'volumes: [{type: tmpfs, target: /}]',
      'x-letter': "volumes: ['/tmp:/tmp', 'v:/x']",
      'x-signal': 'stop_signal: SIGFOO',
      'x-capability': 'cap_add: [FOO]',
      'x-nameless': "environment: ['=y']",
    };
    const compose = (service: string) =>
      `version: '3.8'\nservices: {main: {image: 'example/web:1.0', networks: [host]${service === '' ? '' : `, ${service}`}}}\nnetworks: {host: {external: true, name: host}}\nvolumes: {v: {}}\n`;
    const lines = await withEngine(`
      start_engine --bridge=
      agent found
      make_image example/web:1.0
      docker version --format '{{.Server.Version}}'
      ${Object.entries(values)
        .map(
          ([name, service]) => `
        cat >/tmp/stack.yaml <<'EOF'\n${compose(service)}EOF
        docker stack deploy --resolve-image never --compose-file /tmp/stack.yaml ${name} >/dev/null 2>&1 || true`,
        )
        .join('')}
      sleep 15
      for stack in ${Object.keys(values).join(' ')}; do
        docker service ps --format '{{.CurrentState}}' --filter desired-state=running "\${stack}_main" 2>/dev/null |
          grep -q ^Running && echo "$stack" || true
      done`);
    const [version = '', ...running] = lines;
    const docker = version.split('.', 2).join('.');
    const taken = Object.entries(values).filter(([name, service]) => {
      const files = { 'web.yaml': compose(service) };
      const judgement = judgeByUs({ name, files, composeFiles: ['web.yaml'] }, docker);
      return judgement.accepts && !judgement.isForEngine;
    });
    expect(running).toEqual(taken.map(([name]) => name));
    expect(running).toEqual(Object.keys(values).filter((name) => !name.startsWith('x-')));
  });

  it('takes a changed config under a new name, and removes the old one when nothing needs it', async () => {
    const version = (text: string): string => {
      const name = `web_site_0000000${text}`;
      return `
        echo ${text} >/etc/dlimage/stacks/site.txt
        ${writeStacks({
          name: 'web',
          image: 'example/web:1.0',
          head: `networks: {host: {external: true, name: host}}\nconfigs: {site: {name: ${name}, file: site.txt, labels: {dlimage.versioned: site}}}`,
          service: 'networks: [host], configs: [{source: site, target: /site}]',
        })}
        agent stacks
        sleep 1
        seconds_until_running web_main >/dev/null
        docker exec "$(docker ps --quiet --latest)" cat /site
        echo "removed: $(agent clean)"`;
    };
    const lines = await withEngine(`
      start_engine
      agent found
      make_image example/web:1.0
      echo theirs | docker config create --label theirs=yes unused - >/dev/null
      ${version('1')}
      ${version('2')}
      ${version('3')}
      docker config ls --format '{{.Name}}' | sort`);
    const deployed = ['deployed web', '1 deployed'];
    expect(lines).toEqual([
      ...[...deployed, '1', 'removed: '],
      // A rollback would still need the first.
      ...[...deployed, '2', 'removed: '],
      ...[...deployed, '3', 'removed: web_site_00000001'],
      ...['unused', 'web_site_00000002', 'web_site_00000003'],
    ]);
  });
});
