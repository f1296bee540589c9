/** Compose files that docker and dlimage have to judge alike. */
export interface StackCase {
  readonly name: string;
  /** Texts by path, the compose files among them. */
  readonly files: Readonly<Record<string, string>>;
  readonly composeFiles: readonly string[];
  /** Values of variables at the build. Docker of the nodes has none: only what is finished is for it then. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `network.mtu` of the cluster. */
  readonly mtu?: number;
}

const plain = 'services:\n  web:\n    image: nginx:1.29\n';
const old = "version: '3.8'\n";
const files = { 'web.env': 'A=1\n' };

/** A service with these lines more. */
function service(name: string, lines: string, version = old, rest = ''): StackCase {
  const indented = lines.split('\n').map((line) => `    ${line}\n`);
  return compose(name, `${version}${plain}${indented.join('')}${rest}`);
}

/** One compose file, with a file beside it that it may name. */
function compose(name: string, text: string, more: Readonly<Record<string, string>> = {}): StackCase {
  return { name, files: { ...files, ...more, 'web.yaml': text }, composeFiles: ['web.yaml'] };
}

/** Right and wrong ones, each about one thing, and whole ones as people have them. */
export const cases: readonly StackCase[] = [
  compose('plain', plain),
  compose('no-version', plain),
  compose('version-3', `version: '3'\n${plain}`),
  compose('version-3.8', `${old}${plain}\n`),
  compose('version-3.9', `version: '3.9'\n${plain}`),
  compose('version-3.0', `version: '3.0'\n${plain}`),
  compose('version-2.4', `version: '2.4'\n${plain}`),
  compose('version-3.14', `version: '3.14'\n${plain}`),
  compose('version-number', `version: 3.8\n${plain}`),
  compose('version-empty', `version: ''\n${plain}`),
  compose('version-4', `version: '4'\n${plain}`),
  compose('version-3.08', `version: '3.08'\n${plain}`),
  compose('name-top', `name: shop\n${plain}`),
  compose('include', `include: [./a.yaml]\n${plain}`),
  compose('x-top', `version: '3.8'\nx-common: { a: 1 }\n${plain}`),
  compose('unknown-top', `version: '3.8'\nvolume: {}\n${plain}`),
  service('inline-env-bool', 'environment: { A: true }'),
  service('env-yes', 'environment: { A: yes }'),
  service('env-y', 'environment: { A: y }'),
  service('env-quoted', "environment: { A: 'true' }"),
  service('env-number', 'environment: { A: 1.5, B: 0444, C: 0x1F, D: 1_000, E: 12:30 }'),
  service('env-null', 'environment: { A: }'),
  service('env-list', 'environment: [A=1, B=]'),
  service('env-date', 'environment: { A: 2001-01-01 }'),
  service('env-nested', 'environment: { A: [1] }'),
  service('env-twice', 'environment: [A=1, A=1]'),
  service('extends', 'extends: { file: a.yaml, service: b }'),
  service('mem-limit', 'mem_limit: 64m'),
  service('cpus', 'cpus: 0.5'),
  service('scale', 'scale: 2'),
  service('gpus', 'gpus: all'),
  service('profiles', 'profiles: [a]'),
  service('platform', 'platform: linux/arm64'),
  service('pull-policy', 'pull_policy: always'),
  service('develop', 'develop: { watch: [] }'),
  service('runtime', 'runtime: nvidia'),
  service('init', 'init: true'),
  service('init-newest', 'init: true', ''),
  service('init-text', "init: 'yes'"),
  service('depends-list', 'depends_on: [web]'),
  service('depends-map', 'depends_on: { web: { condition: service_started } }'),
  service(
    'ports-short',
    "ports: ['80:80', '443:443/tcp', '53:53/udp', '8000-8002:8000-8002', '127.0.0.1:81:81', 9000, '[::1]:82:82']",
  ),
  service('ports-base60', 'ports: [2222:22, 23:59]'),
  service('ports-zeros', "ports: ['0080:0080']"),
  service('ports-proto', "ports: ['80:80/http']"),
  service('ports-proto-case', "ports: ['80:80/UDP']"),
  service('ports-big', "ports: ['70000:80']"),
  service('ports-word', "ports: ['web:80']"),
  service('ports-range', "ports: ['8000-8001:80-82']"),
  service('ports-range-to-one', "ports: ['8000-8002:80']"),
  service('ports-backwards', "ports: ['8002-8000:80']"),
  service('ports-address', "ports: ['300.1.1.1:80:80']"),
  service('ports-leading-zero-address', "ports: ['127.0.0.01:80:80']"),
  service('ports-empty', "ports: ['80:']"),
  service('ports-nothing', "ports: ['']"),
  service('ports-colon', "ports: [':80']"),
  service('ports-long', 'ports: [{ target: 80, published: 80, protocol: tcp, mode: host }]'),
  service('ports-long-text', "ports: [{ target: 80, published: '80' }]"),
  service('ports-host-ip', 'ports: [{ target: 80, host_ip: 127.0.0.1 }]'),
  service('ports-name', 'ports: [{ target: 80, name: web }]'),
  service('ports-mapping', 'ports: { 80: 80 }'),
  service('ports-float', 'ports: [80.5]'),
  service('ports-slash', "ports: ['80:80/']"),
  service('ports-slashes', "ports: ['80:80/tcp/udp']"),
  service('ports-three-colons', "ports: ['1:2:3:4']"),
  service('ports-negative', 'ports: [-80]'),
  service('ports-plus', "ports: ['+80:80']"),
  service('ports-twice', "ports: ['80:80', '80:80']"),
  service('env-file', 'env_file: ./web.env'),
  service('env-file-long', 'env_file: [{ path: ./web.env, required: false }]'),
  service('env-file-list', 'env_file: [./web.env]'),
  service('volumes', "volumes: ['/mnt/cluster/a:/a', '/a', '/mnt/cluster/b:/b:ro,z']"),
  service('volumes-empty', "volumes: ['']"),
  service('volumes-colons', "volumes: ['/a::ro']"),
  service('volumes-many', "volumes: ['/a:/b:ro:z']"),
  service(
    'volumes-long',
    'volumes: [{ type: bind, source: /mnt/cluster/a, target: /a, read_only: true, bind: { propagation: rslave } }]',
  ),
  service('volumes-no-type', 'volumes: [{ source: /a, target: /b }]'),
  service('volumes-no-source', 'volumes: [{ type: bind, target: /b }]'),
  service(
    'volumes-create-host-path',
    'volumes: [{ type: bind, source: /a, target: /b, bind: { create_host_path: true } }]',
  ),
  service('volumes-tmpfs', 'volumes: [{ type: tmpfs, target: /t, tmpfs: { size: 1000000 } }]'),
  service('volumes-tmpfs-text', 'volumes: [{ type: tmpfs, target: /t, tmpfs: { size: 64m } }]'),
  service('volumes-tmpfs-mode', 'volumes: [{ type: tmpfs, target: /t, tmpfs: { mode: 0755 } }]'),
  service('volumes-number', 'volumes: [80]'),
  service('volumes-short', "volumes: ['/a', 'ab', '/']"),
  service('volumes-windows', "volumes: ['C:/a:/b']"),
  service(
    'health',
    "healthcheck: { test: [CMD, 'true'], interval: 1m30s, timeout: 10s, retries: 3, start_period: 1h }",
  ),
  service('health-start-interval', "healthcheck: { test: 'true', start_interval: 1s }"),
  service('health-start-interval-newest', "healthcheck: { test: 'true', start_interval: 1s }", ''),
  service('health-days', "healthcheck: { test: 'true', interval: 1d }"),
  service('health-number', "healthcheck: { test: 'true', interval: 30 }"),
  service('health-retries', "healthcheck: { test: 'true', retries: '3' }"),
  service('health-disable', 'healthcheck: { disable: true }'),
  service('health-float', "healthcheck: { test: 'true', interval: 1.5h, timeout: .5s }"),
  service('health-zero', "healthcheck: { test: 'true', interval: '0' }"),
  service('health-dot', "healthcheck: { test: 'true', interval: '.s' }"),
  service('health-unit', "healthcheck: { test: 'true', interval: '10' }"),
  service(
    'deploy',
    "deploy: { mode: replicated, replicas: 2, labels: [a=b], placement: { constraints: [node.role == manager], max_replicas_per_node: 1, preferences: [{ spread: node.labels.x }] }, resources: { limits: { cpus: '0.5', memory: 64M }, reservations: { memory: 32M } }, restart_policy: { condition: any, delay: 5s, max_attempts: 3, window: 1m }, update_config: { parallelism: 1, order: start-first, failure_action: rollback, monitor: 30s, max_failure_ratio: 0.1 }, rollback_config: { order: stop-first } }",
  ),
  service('deploy-order', 'deploy: { update_config: { order: first } }'),
  service('deploy-cpus-number', 'deploy: { resources: { limits: { cpus: 0.5 } } }'),
  service('deploy-memory-number', 'deploy: { resources: { limits: { memory: 1000000 } } }'),
  service('deploy-pids', 'deploy: { resources: { limits: { pids: 10 } } }'),
  service('deploy-pids-newest', 'deploy: { resources: { limits: { pids: 10 } } }', ''),
  service(
    'deploy-devices',
    'deploy: { resources: { reservations: { devices: [{ capabilities: [gpu] }] } } }',
  ),
  service('deploy-empty', 'deploy:'),
  service('deploy-replicas-text', "deploy: { replicas: '2' }"),
  service('deploy-replicas-float', 'deploy: { replicas: 1.5 }'),
  service('deploy-unknown', 'deploy: { replica: 2 }'),
  service('deploy-preferences', 'deploy: { placement: { preferences: [spread=node.labels.x] } }'),
  service('deploy-constraints-text', 'deploy: { placement: { constraints: node.role == manager } }'),
  service('command-comment', `command: "a # it's"`),
  service('command-escape', `command: "it\\\\'s"`),
  service('deploy-memory-word', 'deploy: { resources: { limits: { memory: much } } }'),
  service('deploy-memory-blank', "deploy: { resources: { limits: { memory: '64 M' } } }"),
  service('deploy-memory-gib', 'deploy: { resources: { limits: { memory: 1.5GiB } } }'),
  service('deploy-memory-bytes', 'deploy: { resources: { limits: { memory: 100b } } }'),
  service(
    'ignored',
    `privileged: true
restart: unless-stopped
network_mode: host
devices: ['/dev/a:/dev/a']
cap_add: [NET_ADMIN]
security_opt: [label=disable]
container_name: a
expose: ['80', 81]
build: .
shm_size: 64m
ipc: host
pid: host
links: [a]
userns_mode: host
mac_address: 'aa:bb:cc:dd:ee:ff'
domainname: a.b
external_links: [b]
cgroup_parent: c`,
  ),
  service('build-open', 'build: { context: ., additional_contexts: { x: y } }'),
  service('build-open-newest', 'build: { context: ., additional_contexts: { x: y } }', ''),
  service('build-args', 'build: { context: ., args: [A=1], shm_size: 1 }'),
  service('command-list', 'command: [a, 1]'),
  service('command-text', "command: a 'b c' d"),
  service('command-quote', `command: "it's"`),
  service('entrypoint', 'entrypoint: [a, b]'),
  service('sysctls', 'sysctls: { net.core.somaxconn: 1024 }'),
  service('ulimits', 'ulimits: { nofile: { soft: 1, hard: 2 }, nproc: 3 }'),
  service('ulimits-half', 'ulimits: { nofile: { soft: 1 } }'),
  service('ulimits-text', "ulimits: { nofile: '3' }"),
  service('labels-bool', 'labels: { a: true }'),
  service('labels-list', 'labels: [a=b, c]'),
  service('logging', 'logging: { driver: json-file, options: { max-size: 10m, max-file: 3 } }'),
  service('logging-bool', 'logging: { options: { compress: true } }'),
  service(
    'dns',
    `dns: 1.1.1.1
dns_search: [a.b]`,
  ),
  service('extra-hosts', "extra_hosts: ['a:1.2.3.4']"),
  service('extra-hosts-map', 'extra_hosts: { a: 1.2.3.4 }'),
  service('tmpfs', 'tmpfs: [/run, /tmp]'),
  service(
    'stop',
    `stop_grace_period: 1m
stop_signal: SIGINT`,
  ),
  service('stop-number', 'stop_grace_period: 30'),
  service('hostname', "hostname: '{{.Node.Hostname}}'"),
  service('user-number', 'user: 1000'),
  service('user', "user: '1000:1000'"),
  service(
    'working-dir',
    `working_dir: /a
read_only: true
tty: false
stdin_open: true`,
  ),
  service('read-only-yes', 'read_only: yes'),
  service('x-service', 'x-a: 1'),
  service('x-service-newest', 'x-a: 1', ''),
  service('group-add', 'group_add: [dialout]'),
  service('oom', 'oom_score_adj: 5'),
  service('oom-newest', 'oom_score_adj: 5', ''),
  compose('image-number', 'services: { web: { image: 5 } }\n'),
  service('annotations', 'annotations: { a: b }'),
  service(
    'secrets-undefined-mode',
    "secrets: [{ source: a, target: b, uid: '1', gid: '1', mode: 0440 }]",
    old,
    'secrets: { a: { file: ./web.env } }\n',
  ),
  service(
    'configs-mode-text',
    "configs: [{ source: a, mode: '0440' }]",
    old,
    'configs: { a: { file: ./web.env } }\n',
  ),
  service(
    'configs-uid-number',
    'configs: [{ source: a, uid: 1 }]',
    old,
    'configs: { a: { file: ./web.env } }\n',
  ),
  service('networks-map', 'networks: { a: { aliases: [b] }, c: }', old, 'networks: { a: {}, c: {} }\n'),
  service('networks-priority', 'networks: { a: { priority: 1 } }', old, 'networks: { a: {}, c: {} }\n'),
  service('networks-ip', 'networks: { a: { ipv4_address: 10.0.0.5 } }', old, 'networks: { a: {}, c: {} }\n'),
  service('networks-opts', 'networks: { a: { driver_opts: { x: y } } }', old, 'networks: { a: {}, c: {} }\n'),
  service(
    'networks-opts-newest',
    'networks: { a: { driver_opts: { x: y } } }',
    '',
    'networks: { a: {}, c: {} }\n',
  ),
  service('escape', "command: ['costs 5$$']"),
  service('default', "command: ['${A:-b}', '${A-b}', '${A:-}']"),
  service('default-newest', "command: ['${A:-b}', '${A-b}', '${A:-}']", ''),
  service('bad-dollar', "command: ['$ 5']"),
  service('bad-dollar-newest', "command: ['$ 5']", ''),
  service('bad-brace', "command: ['${}']"),
  service('bad-digit', "command: ['${1}']"),
  service('required', "command: ['${A:?no}']"),
  service('required-newest', "command: ['${A:?no}']", ''),
  service('key-number', 'environment: { 1: a }'),
  service('key-bool', 'environment: { on: a }'),
  service('key-null', 'environment: { ~: a }'),
  service(
    'anchor',
    `environment: &e { A: b }
labels: *e`,
  ),
  service('octal-port', 'ports: [0100]'),
  compose(
    'net',
    `${old}${plain}networks: { a: { driver: overlay, attachable: true, internal: true, driver_opts: { com.docker.network.driver.mtu: 1400 }, ipam: { config: [{ subnet: 10.9.0.0/24 }] }, labels: { a: b } } }\n`,
  ),
  compose(
    'net-gateway',
    `${old}${plain}networks: { a: { ipam: { config: [{ subnet: 10.9.0.0/24, gateway: 10.9.0.1 }] } } }\n`,
  ),
  compose('net-ipv6', `${old}${plain}networks: { a: { enable_ipv6: true } }\n`),
  compose('net-external', `${old}${plain}networks: { a: { external: true, name: b } }\n`),
  compose('net-external-name', `${old}${plain}networks: { a: { external: { name: b } } }\n`),
  compose('net-external-both', `${old}${plain}networks: { a: { name: c, external: { name: b } } }\n`),
  compose('net-null', `${old}${plain}networks: { a: }\n`),
  compose('net-opts-bool', `${old}${plain}networks: { a: { driver_opts: { encrypted: true } } }\n`),
  compose('net-x', `${old}${plain}networks: { a: { x-b: 1 } }\n`),
  compose(
    'vol',
    `${old}${plain}volumes: { a: { driver: local, driver_opts: { type: nfs, o: 'addr=1.2.3.4', device: ':/a' } }, b: , c: { external: true }, d: { name: e } }\n`,
  ),
  compose('vol-conflict', `${old}${plain}volumes: { a: { external: true, driver: local } }\n`),
  compose('vol-conflict-opts', `${old}${plain}volumes: { a: { external: true, driver_opts: { a: b } } }\n`),
  compose('vol-conflict-empty', `${old}${plain}volumes: { a: { external: true, labels: {} } }\n`),
  compose('vol-conflict-labels', `${old}${plain}volumes: { a: { external: true, labels: { a: b } } }\n`),
  compose('vol-name', `${old}${plain}volumes: { 'a/b': {} }\n`),
  compose('vol-size', `${old}${plain}volumes: { a: { size: 5 } }\n`),
  compose('vol-external-false', `${old}${plain}volumes: { a: { external: false, driver: local } }\n`),
  compose('config', `${old}${plain}configs: { a: { file: ./web.env } }\n`),
  compose('config-content', `${old}${plain}configs: { a: { content: hi } }\n`),
  compose('config-template', `${old}${plain}configs: { a: { file: ./web.env, template_driver: golang } }\n`),
  compose('config-null', `${old}${plain}configs: { a: }\n`),
  compose('config-empty', `${old}${plain}configs: { a: {} }\n`),
  compose('config-name', `${old}${plain}configs: { a: { file: ./web.env, name: b } }\n`),
  compose('secret', `${old}${plain}secrets: { a: { file: ./web.env } }\n`),
  compose('secret-env', `${old}${plain}secrets: { a: { environment: A } }\n`),
  compose('secret-external', `${old}${plain}secrets: { a: { external: true } }\n`),
  compose('secret-external-both', `${old}${plain}secrets: { a: { name: c, external: { name: b } } }\n`),
  compose('secret-driver', `${old}${plain}secrets: { a: { driver: vault, file: ./web.env } }\n`),
  compose(
    'services-list',
    `version: '3.8'
services: []
`,
  ),
  compose('top-null', `${old}${plain}volumes:\n`),
  compose('configs-list', `${old}${plain}configs: [a]\n`),
  compose(
    'old-configs',
    `version: '3.1'
services:
  web:
    image: nginx:1.29
configs: { a: { file: ./web.env } }
`,
  ),
  compose(
    'old-secrets',
    `version: '3.1'
services:
  web:
    image: nginx:1.29
    secrets: [a]
secrets: { a: { file: ./web.env } }
`,
  ),
  compose(
    'old-secret-name',
    `version: '3.4'
services:
  web:
    image: nginx:1.29
secrets: { a: { file: ./web.env, name: b } }
`,
  ),
  compose('old-x', `version: '3.3'\nx-a: 1\n${plain}`),
  compose('list-at-top', '- a\n'),
  {
    name: 'two-files',
    files: {
      'b.yaml': `version: '3.8'
services: { web: { command: a }, db: { image: 'db:1', secrets: [a] } }
secrets: { a: { file: ./s/key } }
`,
      's/key': 'x\n',
      'a.yaml': `version: '3.8'
services:
  web:
    image: nginx:1.29
`,
    },
    composeFiles: ['a.yaml', 'b.yaml'],
  },
  {
    name: 'two-files-versions',
    files: {
      'b.yaml': `version: '3.7'
services: { web: { command: a } }
`,
      'a.yaml': `version: '3.8'
services:
  web:
    image: nginx:1.29
`,
    },
    composeFiles: ['a.yaml', 'b.yaml'],
  },
  {
    name: 'two-files-one-version',
    files: {
      'b.yaml': 'services: { web: { command: a } }\n',
      'a.yaml': `version: '3.8'
services:
  web:
    image: nginx:1.29
`,
    },
    composeFiles: ['a.yaml', 'b.yaml'],
  },
  {
    name: 'two-files-forbidden',
    files: {
      'b.yaml': 'services: { web: { scale: 2 } }\n',
      'a.yaml': `services:
  web:
    image: nginx:1.29
`,
    },
    composeFiles: ['a.yaml', 'b.yaml'],
  },
  {
    name: 'variables',
    files: {
      page: 'x\n',
      'web.yaml': `# A comment that stays.
x-env: &env
  PASSWORD: \${PASSWORD}
  PRICE: 5$$
services:
  web:
    image: "nginx:\${TAG:-1.29}"
    read_only: \${READ_ONLY}
    environment:
      <<: *env
      QUOTES: 'say "$WORD" twice: \${WORD}'
      MULTI: |
        first $WORD
        second
      FOLDED: >-
        one
        \${WORD} two
      MODE: 0444
    command: [a, '$WORD', "b\${WORD}c"]
    ports:
      - target: 80
        published: \${PORT}
      - "\${PORT2:-81}:81"
    deploy: { replicas: "\${COUNT}", labels: [ 'a=$WORD' ] }
    configs: [page]
configs:
  page:
    file: ./page
`,
    },
    composeFiles: ['web.yaml'],
    variables: { PASSWORD: 'a$b"c\\\\d: #e', READ_ONLY: 'yes', WORD: "it's", PORT: '8080', COUNT: '3' },
  },
  ...[
    plain,
    `${old}${plain}networks: {}\n`,
    `${plain}networks:\n  default: # a comment\n`,
    `${plain}networks: { default: { driver_opts: { encrypted: '' } } }\n`,
    `${plain}    networks: [a, b, c]\nx-a: &a { attachable: true }\nnetworks: { a: *a, b: { <<: *a, driver: overlay }, c: { external: true } }\n`,
  ].map((text, index) => ({ ...compose(`mtu-${index + 1}`, text), mtu: 9000 })),
  compose(
    'portainer',
    `services:
  agent:
    image: portainer/agent:2.39.0
    environment: { AGENT_CLUSTER_ADDR: tasks.agent }
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - /var/lib/docker/volumes:/var/lib/docker/volumes
    networks: [agents]
    deploy: { mode: global, placement: { constraints: [node.platform.os == linux] } }
  portainer:
    image: portainer/portainer-ce:2.39.0
    command: -H tcp://tasks.agent:9001 --tlsskipverify
    ports: ["9443:9443", "8000:8000"]
    volumes: ["/mnt/cluster/portainer:/data"]
    networks: [agents]
    deploy: { mode: replicated, replicas: 1, placement: { constraints: [node.role == manager] } }
networks: { agents: { driver: overlay, attachable: true } }
`,
  ),
  compose(
    'traefik',
    `version: "3.8"
services:
  traefik:
    image: traefik:v3.6
    command:
      - --providers.swarm.endpoint=unix:///var/run/docker.sock
      - --entrypoints.web.address=:80
    ports:
      - { target: 80, published: 80, mode: host }
      - { target: 443, published: 443, mode: host }
    volumes: [ '/var/run/docker.sock:/var/run/docker.sock:ro', 'certificates:/certificates' ]
    networks: [web]
    deploy:
      placement: { constraints: [ node.role == manager ] }
      labels:
        - traefik.enable=true
        - "traefik.http.middlewares.auth.basicauth.users=admin:$$apr1$$x$$y"
networks: { web: { external: true } }
volumes: { certificates: {} }
`,
  ),
  compose(
    'grafana',
    `services:
  prometheus:
    image: prom/prometheus:v3.5.0
    user: "65534:65534"
    configs: [{ source: prometheus, target: /etc/prometheus/prometheus.yml }]
    volumes: ['/mnt/cluster/prometheus:/prometheus']
    command: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.retention.time=30d']
  node-exporter:
    image: prom/node-exporter:v1.9.1
    hostname: '{{.Node.Hostname}}'
    command: ['--path.rootfs=/host', '--collector.filesystem.mount-points-exclude=^/(sys|proc|dev)($$|/)']
    volumes: ['/:/host:ro,rslave']
    deploy: { mode: global, resources: { limits: { memory: 64M } } }
  grafana:
    image: grafana/grafana:12.1.0
    environment: { GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/grafana }
    secrets: [grafana]
    ports: ["3000:3000"]
    volumes: [{ type: bind, source: /mnt/cluster/grafana, target: /var/lib/grafana }]
configs: { prometheus: { file: ./prometheus.yml } }
secrets: { grafana: { file: ./grafana.txt } }
`,
    { 'prometheus.yml': 'scrape_configs: []\n', 'grafana.txt': 'x\n' },
  ),
  compose(
    'compose-style',
    `name: blog
services:
  db:
    image: mariadb:11
    restart: always
    env_file: [ { path: ./db.env } ]
    healthcheck: { test: [CMD, healthcheck.sh], interval: 10s }
  blog:
    image: wordpress:6
    depends_on: { db: { condition: service_healthy } }
    ports: ["8080:80"]
    restart: unless-stopped
    mem_limit: 256m
`,
    { 'db.env': 'A=1\n' },
  ),
  compose(
    'registry',
    `version: '3.8'
services:
  registry:
    image: registry:3
    ports: ["5000:5000"]
    environment:
      - REGISTRY_STORAGE_DELETE_ENABLED=true
    volumes:
      - type: bind
        source: /mnt/cluster/registry
        target: /var/lib/registry
    healthcheck: { test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1:5000/"], interval: 30s, timeout: 5s }
    logging: { driver: json-file, options: { max-size: "10m" } }
`,
  ),
  compose(
    'visualizer',
    `version: '3'
services:
  visualizer:
    image: dockersamples/visualizer:latest
    ports:
    - 8080:8080
    volumes:
    - "/var/run/docker.sock:/var/run/docker.sock"
    stop_grace_period: 1m30s
    deploy:
      placement:
        constraints: [node.role == manager]
`,
  ),
  compose(
    'nfs',
    `version: '3.7'
services:
  cloud:
    image: nextcloud:31
    volumes: ['data:/var/www/html']
volumes:
  data:
    driver: local
    driver_opts: { type: nfs, o: "addr=192.168.1.5,nfsvers=4.2,hard", device: ":/srv/cloud" }
`,
  ),
];
