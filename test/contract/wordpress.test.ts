import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { missingPrograms, run } from '../image/support/programs.ts';

const stack = join(import.meta.dirname, '../../docs/wordpress/compose.yaml');

/** The client alone: no engine is asked. */
describe.skipIf(missingPrograms(['docker']).length > 0)('the WordPress example', () => {
  it('is a stack that Docker reads', () => {
    const config = parse(run('docker', ['stack', 'config', '-c', stack]).toString()) as {
      readonly services: Readonly<Record<string, { readonly deploy?: { readonly labels?: object } }>>;
    };
    expect(Object.keys(config.services)).toEqual(['db', 'traefik', 'wordpress']);
    expect(config.services['wordpress']?.deploy?.labels).toMatchObject({
      'traefik.http.routers.wordpress.rule': 'Host(`mywp.mydomain.net`)',
      'traefik.http.services.wordpress.loadbalancer.server.port': '80',
    });
  });
});
