import { compose, old, plain, service, type StackCase } from './stack-case.ts';

/** `networks:` and their MTU. */
export const networkCases: readonly StackCase[] = [
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
  ...[
    plain,
    `${old}${plain}networks: {}\n`,
    `${plain}networks:\n  default: # a comment\n`,
    `${plain}networks: { default: { driver_opts: { encrypted: '' } } }\n`,
    `${plain}    networks: [a, b, c]\nx-a: &a { attachable: true }\nnetworks: { a: *a, b: { <<: *a, driver: overlay }, c: { external: true } }\n`,
  ].map((text, index) => ({ ...compose(`mtu-${index + 1}`, text), mtu: 9000 })),
];
