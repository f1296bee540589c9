import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchemaOf } from '../../builder/cluster/stacks/compose-schema.ts';
import { newestCommonMinor } from '../../builder/cluster/stacks/compose-version.ts';
import { rewriteCompose } from '../../builder/node/render/rewrite-compose.ts';
import { repository, schemas } from '../errors/world.ts';
import { cases } from './support/stack-cases.ts';
import type { StackCase } from './support/stack-cases/stack-case.ts';
import { judgeByUs } from './support/judge-by-us.ts';
import {
  embeddedSchemas,
  findDockerCommands,
  judgeStack,
  understoodByDocker,
  type DockerCommand,
} from './support/docker-commands.ts';
import { normalSchema } from './support/normal-schema.ts';

let directory = '';
let commands: DockerCommand[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dlimage-docker-'));
  commands = await findDockerCommands(directory);
});
afterAll(async () => await rm(directory, { recursive: true, force: true }));

describe('the schema of compose files', () => {
  it('is the one inside the docker command of the base, in every version', async () => {
    for (const command of commands) {
      const embedded = await embeddedSchemas(command);
      const minors = [...embedded.keys()].toSorted((one, other) => one - other);
      expect([command.version, minors.at(-1)]).toEqual([
        command.version,
        newestCommonMinor([command.version]),
      ]);
      expect(minors).toEqual(minors.map((_, index) => index));
      for (const [minor, schema] of embedded) {
        const ours = normalSchema(composeSchemaOf(schemas.compose, minor));
        const theirs = normalSchema(schema as typeof schemas.compose);
        expect({ minor, schema: comparable(ours) }).toEqual({ minor, schema: comparable(theirs) });
      }
    }
  });
});

/** Whether a mount may stand there twice differs between versions; the engine refuses it in all of them. */
function comparable(schema: unknown): unknown {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key !== 'volumes' || typeof value !== 'object' || value === null || !('items' in value)) return value;
    const { items } = value as { items: Readonly<Record<string, unknown>> };
    const { uniqueItems: _, ...item } = items;
    return { type: 'array', items: item };
  });
  return JSON.parse(text);
}

function newestOf(all: readonly DockerCommand[]): DockerCommand {
  const newest = all.toSorted((one, other) => Number(one.version) - Number(other.version)).at(-1);
  if (newest === undefined) throw new Error('no docker command');
  return newest;
}

describe('a compose file', () => {
  // Docker takes long to start, and longer alone.
  it.concurrent.each(cases)('$name is judged as docker judges it', async (one: StackCase) => {
    for (const command of commands) {
      const ours = judgeByUs(one, command.version);
      // What we accept is finished first, and then for docker with nothing but its own files.
      const files = { ...one.files, ...ours.finished };
      const theirs = await judgeStack(command, files, one.composeFiles);
      if (ours.isForEngine) continue;
      const about = { docker: command.version, says: theirs.output, refusals: ours.refusals };
      expect({ ...about, accepts: ours.accepts }).toEqual({ ...about, accepts: theirs.accepts });
    }
  });

  it('has the environment that its env files mean', async () => {
    const newest = newestOf(commands);
    const told = cases.filter(({ environment }) => environment !== undefined);
    for (const one of told) {
      const { finished } = judgeByUs(one, newest.version);
      const { services } = await understoodByDocker(newest, { ...one.files, ...finished }, one.composeFiles);
      expect([one.name, services['web']?.environment]).toEqual([one.name, one.environment]);
    }
    expect(told.length).toBeGreaterThan(5);
  });

  it('gets the MTU of the cluster in every network that the stack makes', async () => {
    const newest = newestOf(commands);
    for (const one of cases.filter(({ mtu }) => mtu !== undefined)) {
      const { finished } = judgeByUs(one, newest.version);
      const files = { ...one.files, ...finished };
      const { networks = {} } = await understoodByDocker(newest, files, one.composeFiles);
      const made = Object.values(networks).filter((network) => network?.external === undefined);
      expect(made.length).toBeGreaterThan(0);
      const option = { 'com.docker.network.driver.mtu': String(one.mtu) };
      for (const network of made) expect(network).toMatchObject({ driver_opts: option });
    }
  });

  it('of the documentation is one that docker takes', async () => {
    const path = join(repository, 'docs/wordpress');
    for (const name of (await readdir(path)).filter((file) => file.endsWith('.yaml'))) {
      const text = rewriteCompose(await readFile(join(path, name), 'utf8'), {
        changes: [],
        version: null,
        named: [],
        networks: [],
      });
      for (const command of commands) {
        const { accepts, output } = await judgeStack(command, { 'web.yaml': text }, ['web.yaml']);
        expect({ name, accepts, output }).toMatchObject({ accepts: true });
      }
    }
  });
});
