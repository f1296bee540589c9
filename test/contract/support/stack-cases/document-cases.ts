import { compose, old, plain, type StackCase } from './stack-case.ts';

/** Versions, keys at the top, and several files. */
export const documentCases: readonly StackCase[] = [
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
  compose(
    'services-list',
    `version: '3.8'
services: []
`,
  ),
  compose('top-null', `${old}${plain}volumes:\n`),
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
];
