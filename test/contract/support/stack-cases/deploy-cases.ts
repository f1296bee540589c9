import { service, type StackCase } from './stack-case.ts';

/** `deploy:`. */
export const deployCases: readonly StackCase[] = [
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
  service('deploy-memory-word', 'deploy: { resources: { limits: { memory: much } } }'),
  service('deploy-memory-blank', "deploy: { resources: { limits: { memory: '64 M' } } }"),
  service('deploy-memory-gib', 'deploy: { resources: { limits: { memory: 1.5GiB } } }'),
  service('deploy-memory-bytes', 'deploy: { resources: { limits: { memory: 100b } } }'),
];
