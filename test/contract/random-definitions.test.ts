import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Cluster, ClusterNode } from '../../builder/cluster/model/cluster.ts';
import { collectReferences } from '../../builder/cluster/resolve/references.ts';
import type { SchemaNode } from '../../builder/cluster/schema/schema-node.ts';
import { understandCluster } from '../../builder/cluster/understand-cluster.ts';
import { readAssets } from '../../builder/node/host/read-assets.ts';
import { readShippedDefinitions } from '../../builder/cluster/host/read-definitions.ts';
import { readEnvironment } from '../../builder/cluster/host/read-environment.ts';
import { readSchemas } from '../../builder/cluster/host/read-schemas.ts';
import { writeRenderedNode } from '../../builder/node/host/write-rendered-node.ts';
import type { ClusterIdentities } from '../../builder/cluster/identity/identities.ts';
import { createRendering } from '../../builder/node/render/create-rendering.ts';
import type { RenderedNode } from '../../builder/node/render/rendered-node.ts';
import type { Diagnostic } from '../../builder/report/diagnostic.ts';
import { makeSharedIdentities } from './random/identities.ts';
import { judgeTrees } from './random/judge.ts';
import { leaveOut } from './random/leave-out.ts';
import { makeProject } from './random/project.ts';
import type { Texts } from './random/texts.ts';
import { writeDefinition } from './random/write-definition.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';

// The same few in every run of CI; many others: DLIMAGE_RANDOM_DEFINITIONS=400 DLIMAGE_RANDOM_SEED=1 npx vitest run
// --project contract test/contract/random-definitions.test.ts
const count = Number(process.env['DLIMAGE_RANDOM_DEFINITIONS'] ?? 40);
const seed = Number(process.env['DLIMAGE_RANDOM_SEED'] ?? 9000);
const batchSize = 40;
/** The base whose programs judge. */
const judge = 'debian-13';
/** A definition is given up on when that many messages, followed one after the other, have not mended it. */
const mostRounds = 15;

let base: BaseTree;
let scratch: string;
let project: string;
let textsOfKeys: Readonly<Record<string, Texts>>;
let identitiesOf: (cluster: Cluster) => ClusterIdentities;
let understand: (text: string) => Promise<ReturnType<typeof understandCluster>>;
let schema: SchemaNode;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'dlimage-random-'));
  project = join(scratch, 'project');
  base = await unpackBase();
  textsOfKeys = await makeProject(project);
  identitiesOf = await makeSharedIdentities();
  const [{ profiles, bases }, schemas] = await Promise.all([readShippedDefinitions(), readSchemas()]);
  schema = schemas.cluster;
  const named = (texts: typeof profiles) => [...texts].map(([name, source]) => ({ name, source }));
  understand = async (text) => {
    const source = { file: 'cluster.yaml', text };
    const flags = { argv: [] };
    return understandCluster({
      source,
      flags,
      profiles: named(profiles),
      bases: named(bases),
      schemas,
      environment: await readEnvironment(project, collectReferences(source, flags)),
    });
  };
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** Errors that say neither where nor about which flag. */
function unplaced(diagnostics: readonly Diagnostic[]): string[] {
  const errors = diagnostics.filter(({ severity, at }) => severity === 'error' && at === undefined);
  return errors.map(({ id, message }) => `${id}: ${message}`);
}

/** The first node and the last: boards, roles and storage differ between them if at all. */
async function renderEnds(
  cluster: Cluster,
): Promise<{ readonly node: ClusterNode; readonly rendered: RenderedNode }[]> {
  const { value, diagnostics } = createRendering(cluster, identitiesOf(cluster), await readAssets(cluster));
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  const ends = [...new Set([cluster.nodes[0], cluster.nodes.at(-1)])];
  return ends.flatMap((node) => (node === undefined ? [] : [{ node, rendered: value.renderNode(node) }]));
}

interface Findings {
  /** Definitions that were tried, those that messages were followed in included. */
  tried: number;
  accepted: number;
  judged: number;
  readonly wrong: string[];
  /** How often each message was the answer. */
  readonly refusals: Map<string, number>;
}

interface Accepted {
  readonly text: string;
  readonly cluster: Cluster;
  /** Shells that only the real base can say anything of: a warning tells. */
  readonly unsure: readonly string[];
}

/** A definition that is accepted, or undefined when following the messages does not lead to one. */
async function findAccepted(number: number, findings: Findings): Promise<Accepted | undefined> {
  let text: string | undefined = stringify(writeDefinition(schema, number, textsOfKeys));
  for (let round = 0; round < mostRounds && text !== undefined; round++) {
    const current: string = text;
    findings.tried++;
    const { value, diagnostics } = await understand(current);
    findings.wrong.push(...unplaced(diagnostics).map((what) => describeFinding(number, what, current)));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (value !== undefined && errors.length === 0) {
      const isUnsure = diagnostics.some(({ id }) => id === 'shell-unsure');
      return { text, cluster: value, unsure: isUnsure ? value.users.map(({ shell }) => shell) : [] };
    }
    for (const id of new Set(errors.map((one) => one.id)))
      findings.refusals.set(id, (findings.refusals.get(id) ?? 0) + 1);
    if (errors.length === 0)
      findings.wrong.push(describeFinding(number, 'refused without an error', current));
    const place = errors.find(({ at }) => at?.file === 'cluster.yaml')?.at;
    text = place === undefined ? undefined : leaveOut(current, place);
  }
  return undefined;
}

function describeFinding(number: number, what: string, text: string): string {
  return `seed ${number}: ${what}\n${text}`;
}

/** A node on its way to the judge. */
interface Job {
  readonly id: string;
  readonly tree: string;
  readonly own: boolean;
  readonly unsure: readonly string[];
  readonly number: number;
  readonly text: string;
}

/** Writes the nodes of accepted definitions below `trees`. */
async function writeBatch(trees: string, first: number, size: number, findings: Findings): Promise<Job[]> {
  await mkdir(trees);
  const jobs: Job[] = [];
  for (let number = first; number < first + size; number++) {
    let text = '';
    try {
      const found = await findAccepted(number, findings);
      if (found === undefined) continue;
      const { unsure } = found;
      text = found.text;
      findings.accepted++;
      for (const [index, { node, rendered }] of (await renderEnds(found.cluster)).entries()) {
        const id = `${number}-${index}`;
        await writeRenderedNode(rendered, join(trees, id));
        const own = node.base.from === 'definition' && node.base.name === judge;
        jobs.push({ id, tree: `/mnt/${id}`, own, unsure, number, text });
      }
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      findings.wrong.push(describeFinding(number, what, text));
    }
  }
  const lines = jobs.map(({ id, tree, own, unsure }) => `${JSON.stringify({ id, tree, own, unsure })}\n`);
  await writeFile(join(trees, 'jobs'), lines.join(''));
  return jobs;
}

async function judgeBatch(trees: string, jobs: readonly Job[], findings: Findings): Promise<void> {
  const verdicts = jobs.length === 0 ? [] : await judgeTrees(base, trees);
  expect(verdicts.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
  findings.judged += verdicts.length;
  for (const [index, { complaints }] of verdicts.entries()) {
    const { number = 0, text = '' } = jobs[index] ?? {};
    findings.wrong.push(...complaints.map((complaint) => describeFinding(number, complaint, text)));
  }
  await rm(trees, { recursive: true });
}

describe('random definitions', () => {
  it(`are refused with a position, or accepted by the node's own programs (${count} from seed ${seed})`, async () => {
    const findings: Findings = { tried: 0, accepted: 0, judged: 0, wrong: [], refusals: new Map() };
    let judging = Promise.resolve();
    for (let done = 0; done < count; done += batchSize) {
      const trees = join(scratch, `batch-${done}`);
      const jobs = await writeBatch(trees, seed + done, Math.min(batchSize, count - done), findings);
      await judging;
      judging = judgeBatch(trees, jobs, findings);
      // Awaited further on: until then its failure is nobody's surprise.
      judging.catch(() => {});
    }
    await judging;
    const { tried, accepted, judged, wrong, refusals } = findings;
    const often = [...refusals].toSorted(([, one], [, other]) => other - one).map(([id, n]) => `${id} ${n}`);
    process.stdout.write(
      `random definitions: ${count} from seed ${seed}, ${tried} with those that messages were followed in: ` +
        `${accepted} accepted, ${judged} nodes judged; refused: ${often.join(', ')}\n`,
    );
    expect(wrong).toEqual([]);
    // Were nearly all of them refused, the node's programs would have had little to say.
    expect(accepted).toBeGreaterThan(count / 2);
  }, 7_200_000);
});
