import { createRequire } from 'node:module';

/** Version of this dlimage, from its package.json. */
export const packageVersion = (createRequire(import.meta.url)('../../../package.json') as { version: string })
  .version;
