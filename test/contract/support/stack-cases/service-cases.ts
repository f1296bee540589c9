import { compose, service, type StackCase } from './stack-case.ts';

/** Keys of a service. */
export const serviceCases: readonly StackCase[] = [
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
  service('command-comment', `command: "a # it's"`),
  service('command-escape', `command: "it\\\\'s"`),
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
    'anchor',
    `environment: &e { A: b }
labels: *e`,
  ),
];
