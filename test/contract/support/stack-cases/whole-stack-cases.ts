import { compose, type StackCase } from './stack-case.ts';

/** Whole compose files as people have them. */
export const wholeStackCases: readonly StackCase[] = [
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
