import { compose, old, plain, service, type StackCase } from './stack-case.ts';

/** `configs:` and `secrets:`. */
export const configCases: readonly StackCase[] = [
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
];
