import { service, type StackCase } from './stack-case.ts';

/** Variables and what only looks like one. */
export const variableCases: readonly StackCase[] = [
  service('escape', "command: ['costs 5$$']"),
  service('default', "command: ['${A:-b}', '${A-b}', '${A:-}']"),
  service('default-newest', "command: ['${A:-b}', '${A-b}', '${A:-}']", ''),
  service('bad-dollar', "command: ['$ 5']"),
  service('bad-dollar-newest', "command: ['$ 5']", ''),
  service('bad-brace', "command: ['${}']"),
  service('bad-digit', "command: ['${1}']"),
  ...['published: ${PORT}', 'published: "${PORT}"', 'published: $PORT'].map((port, index) => ({
    ...service(`braces-${index + 1}`, `ports: [{ target: 80, ${port} }]`),
    variables: { PORT: '80' },
  })),
  service('brackets', 'command: [a, ${A:-b}]'),
  service('required', "command: ['${A:?no}']"),
  service('required-newest', "command: ['${A:?no}']", ''),
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
];
