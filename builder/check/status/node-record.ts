/** A node's record of itself, as `dlimage-node status --json` prints it, as far as the builder shows it. */
export interface NodeRecord {
  readonly node: string;
  readonly cluster: string;
  readonly role: string;
  readonly address: string;
  readonly assembled: boolean;
  /** One line of words. */
  readonly summary: string;
  readonly stages: readonly { readonly stage: string; readonly state: string; readonly text: string }[];
  readonly vip: { readonly address: string; readonly holds: boolean } | null;
  readonly swarm: {
    readonly state: string;
    /** Only managers know them. */
    readonly nodes?: readonly SwarmNode[] | null;
  } | null;
  readonly storage: { readonly type: string; readonly mounted: boolean } | null;
  /** Messages from other nodes that a person should know. */
  readonly others: readonly { readonly node: string; readonly text: string }[];
}

/** A node as the swarm sees it. */
export interface SwarmNode {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly availability: string;
  readonly leader: boolean;
}

/** Reads a record; undefined when it is none. What it lacks is filled in, since a node may run another version. */
export function parseNodeRecord(text: string): NodeRecord | undefined {
  try {
    const record: Partial<NodeRecord> | null = JSON.parse(text);
    if (record === null || typeof record !== 'object' || typeof record.assembled !== 'boolean')
      return undefined;
    return { ...empty, ...record };
  } catch {
    return undefined;
  }
}

const empty: NodeRecord = {
  node: '',
  cluster: '',
  role: '',
  address: '',
  assembled: false,
  summary: '',
  stages: [],
  vip: null,
  swarm: null,
  storage: null,
  others: [],
};
