import { lstat, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../../cluster/generated/manifest.ts';
import { artifactName, type BuildFormat } from '../../../image/image-format.ts';
import { defaultMtimeSeconds } from '../../../node/render/make-entry.ts';
import { HostError } from '../../../report/errors.ts';
import { mapConcurrently } from '../../../system/host/map-concurrently.ts';
import {
  appendDurably,
  createFileAtomically,
  makePrivateDirectory,
  readTextIfExists,
  writeFileAtomically,
} from '../../../system/host/files.ts';
import {
  parseJournal,
  parseManifest,
  type ManifestNode,
  type SharedImage,
  type ManifestHeader,
  type ManifestItem,
  type ManifestFile,
  type OutputRecord,
} from './output-records.ts';

/** A file that is complete but for its name. */
export interface FinishedFile {
  readonly name: string;
  readonly temporaryPath: string;
}

/** `built`: by dlimage, and not changed since; `foreign`: by somebody else, or changed since, so it is not overwritten. */
export type FileState = 'new' | 'built' | 'foreign';

/** The manifest is written at most this often: it grows with the cluster. The journal fills the gap. */
const writeIntervalMilliseconds = 2000;

/**
 * `out/<cluster>/`: the images, `manifest.json` and `SHA256SUMS`. Knows which files are dlimage's own and never
 * touches another: a file counts as its own when the manifest lists it and nobody has changed it since.
 *
 * Every node is noted in a journal before its files get their names. So a build that is killed at any moment leaves
 * files that are whole and known, or none.
 */
export class OutputDirectory {
  readonly path: string;
  #nodes = new Map<string, ManifestNode>();
  #shared: SharedImage | undefined;
  #bases = new Map<string, Manifest['bases'][number]>();
  #header: ManifestHeader | undefined;
  #writtenAt = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #isChanged = false;
  #unreadableRecords = 0;

  private constructor(path: string) {
    this.path = path;
  }

  /** Opens or makes the directory. @throws HostError `manifest-damaged` */
  static async open(path: string): Promise<OutputDirectory> {
    await makePrivateDirectory(path);
    await createFileAtomically(join(path, '.gitignore'), '*\n', 0o644);
    return OutputDirectory.read(path);
  }

  /** Reads what a directory holds; makes nothing. @throws HostError `manifest-damaged` */
  static async read(path: string): Promise<OutputDirectory> {
    const output = new OutputDirectory(path);
    await output.reload();
    return output;
  }

  /** Reads manifest and journal again, after waiting for another build. */
  async reload(): Promise<void> {
    const file = join(this.path, 'manifest.json');
    const text = await readTextIfExists(file);
    const manifest = text === undefined ? undefined : parseManifest(text, file);
    this.#header = manifest;
    this.#nodes = new Map(manifest?.nodes.map((node) => [node.name, node]));
    this.#shared = manifest?.shared;
    this.#bases = new Map(manifest?.bases.map((base) => [base.key, base]));
    const journal = parseJournal((await readTextIfExists(this.#journal)) ?? '');
    for (const record of journal.records) this.#take(record);
    this.#unreadableRecords = journal.unreadable;
    // What cannot be read is written anew by the next build, also when it has nothing else to do.
    this.#isChanged = journal.unreadable > 0;
  }

  /** Number of the last build's records that cannot be read: a power cut or something else damaged its journal. */
  get unreadableRecords(): number {
    return this.#unreadableRecords;
  }

  /** Header of the manifest; undefined when there is none. */
  get header(): ManifestHeader | undefined {
    return this.#header;
  }

  /** Every node that the directory says it holds, in the order of the manifest. */
  get nodes(): readonly ManifestNode[] {
    return [...this.#nodes.values()];
  }

  /** The image for all nodes, where there is one. */
  get shared(): SharedImage | undefined {
    return this.#shared;
  }

  /** The base that an item was made from. */
  baseOf(item: ManifestItem): Manifest['bases'][number] | undefined {
    return this.#bases.get(item.base);
  }

  /** Manifest entry of an item, with those of its files that are still there as they were built. */
  async current(item: { readonly name: string; readonly role?: string }): Promise<ManifestItem | undefined> {
    const listed = item.role === undefined ? this.#shared : this.#nodes.get(item.name);
    if (listed === undefined) return undefined;
    const files: ManifestFile[] = [];
    for (const file of listed.files) if (await this.#isUntouched(file)) files.push(file);
    return { ...listed, files };
  }

  /**
   * Makes sure that the files of an item may be written, before any work is done.
   *
   * @throws HostError `output-exists` when a file is there that is not dlimage's own unchanged one
   */
  async requireReplaceable(
    item: { readonly name: string; readonly role?: string },
    formats: readonly BuildFormat[],
  ): Promise<void> {
    const states = await this.fileStates(item, formats);
    for (const { name, state } of states) if (state === 'foreign') throw this.#foreign(name);
  }

  /** State of each file of an item: new, built before, or not dlimage's. */
  async fileStates(
    item: { readonly name: string; readonly role?: string },
    formats: readonly BuildFormat[],
  ): Promise<{ readonly name: string; readonly format: BuildFormat; readonly state: FileState }[]> {
    const own = (await this.current(item))?.files ?? [];
    return await mapConcurrently(formats, async (format) => {
      const name = artifactName(item.name, format);
      const exists = (await lstat(join(this.path, name)).catch(() => undefined)) !== undefined;
      const isOwn = own.some((file) => file.name === name) || (exists && (await this.#isOrphan(name)));
      return { name, format, state: isOwn ? 'built' : exists ? 'foreign' : 'new' };
    });
  }

  /** Gives new files of an item their names, and takes away those of an earlier build that the record has no more. */
  add(record: OutputRecord, files: readonly FinishedFile[]): Promise<void> {
    return this.#inTurn(() => this.#add(record, files));
  }

  async #add(record: OutputRecord, files: readonly FinishedFile[]): Promise<void> {
    const kept = new Set(record.node.files.map(({ name }) => name));
    const renewed = new Set(files.map(({ name }) => name));
    for (const { name } of (await this.current(record.node))?.files ?? []) {
      if (renewed.has(name) || !kept.has(name)) await rm(join(this.path, name), { force: true });
    }
    for (const { temporaryPath } of files) {
      // Files carry a fixed time, as their contents do: one that was booted or written to since is noticed by it.
      await utimes(temporaryPath, defaultMtimeSeconds, defaultMtimeSeconds);
    }
    await appendDurably(this.#journal, `${JSON.stringify(record)}\n`);
    for (const { name, temporaryPath } of files) await rename(temporaryPath, join(this.path, name));
    this.#take(record);
    this.#isChanged = true;
  }

  /** Brings manifest and checksums up to date, unless that was done a moment ago. `order` is that of the definition. */
  writeManifest(order: readonly string[], options: { readonly isLast: boolean }): Promise<void> {
    return this.#inTurn(() => this.#writeManifest(order, options));
  }

  async #writeManifest(order: readonly string[], options: { readonly isLast: boolean }): Promise<void> {
    if (!this.#isChanged || this.#header === undefined) return;
    if (!options.isLast && Date.now() - this.#writtenAt < writeIntervalMilliseconds) return;
    const rank = new Map(order.map((name, index) => [name, index]));
    const nodes = this.nodes.toSorted(
      (one, other) => (rank.get(one.name) ?? Infinity) - (rank.get(other.name) ?? Infinity),
    );
    const items: readonly ManifestItem[] = this.#shared === undefined ? nodes : [this.#shared, ...nodes];
    const used = new Set(items.map(({ base }) => base));
    const manifest: Manifest = {
      version: 1,
      dlimage: this.#header.dlimage,
      cluster: this.#header.cluster,
      bases: [...this.#bases.values()].filter(({ key }) => used.has(key)),
      ...(this.#shared && { shared: this.#shared }),
      nodes,
    };
    const sums = items.flatMap(({ files }) => files.map(({ sha256, name }) => `${sha256}  ${name}\n`));
    await writeFileAtomically(join(this.path, 'SHA256SUMS'), sums.join(''));
    await writeFileAtomically(join(this.path, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(this.#journal, { force: true });
    this.#writtenAt = Date.now();
    this.#isChanged = false;
  }

  /** A record must not come into the journal while the manifest that lacks it replaces the journal. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  get #journal(): string {
    return join(this.path, '.journal');
  }

  #take({ header, base, node }: OutputRecord): void {
    this.#header = header;
    this.#bases.set(base.key, base);
    if ('role' in node) this.#nodes.set(node.name, node);
    else this.#shared = node;
  }

  async #isUntouched({ name, sizeBytes }: ManifestFile): Promise<boolean> {
    const found = await stat(join(this.path, name)).catch(() => undefined);
    return found?.size === sizeBytes && Math.floor(found.mtimeMs / 1000) === defaultMtimeSeconds;
  }

  /** A file of ours, by its time, whose record was lost with the journal. */
  async #isOrphan(name: string): Promise<boolean> {
    if (this.#unreadableRecords === 0) return false;
    const { mtimeMs } = await stat(join(this.path, name));
    return Math.floor(mtimeMs / 1000) === defaultMtimeSeconds;
  }

  #foreign(name: string): HostError {
    const path = join(this.path, name);
    const items: readonly ManifestItem[] = [
      ...this.nodes,
      ...(this.#shared === undefined ? [] : [this.#shared]),
    ];
    const isListed = items.some(({ files }) => files.some((file) => file.name === name));
    return new HostError(
      'output-exists',
      isListed
        ? `${path} was changed after dlimage built it (booted, or written to): it is not overwritten`
        : `${path} exists and was not made by this dlimage: it is not overwritten`,
      { hint: 'move or delete it, or choose another directory with --out' },
    );
  }
}
