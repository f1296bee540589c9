import type { ClusterKeyboard, Role } from '../../cluster/model/cluster.ts';

/** One thing that a node's image will hold beyond its base. */
export interface PlannedEntry {
  readonly path: string;
  readonly partition: 'root' | 'boot';
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Four octal digits; on FAT they have no effect. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Its content is never shown, nor a hash that could be searched for it. */
  readonly secret: boolean;
  /** `overlay common`, `cloud-init` or `cluster.yaml files`. */
  readonly origin: string;
  /** The same on every node that has it. */
  readonly shared: boolean;
  /** Of a file; null also while it depends on an identity that no build has made yet. */
  readonly sizeBytes: number | null;
  /** Of a file that is not secret; null also while it depends on an identity that no build has made yet. */
  readonly sha256: string | null;
  /** Of a symlink. */
  readonly target: string | null;
}

/** Wi-Fi without its passwords. */
export interface PlannedWifi {
  readonly country: string;
  readonly networks: readonly {
    readonly ssid: string;
    readonly open: boolean;
    readonly enterprise?: { readonly method: string; readonly identity: string };
    readonly hidden: boolean;
  }[];
}

/** An overlay as it is shipped. */
export interface PlannedOverlay {
  readonly name: string;
  readonly description: string;
  readonly sha256: string;
}

/** One node and all of its files. */
export interface PlannedNode {
  readonly name: string;
  readonly index: number;
  readonly role: Role;
  /** Static address, or null for DHCP. */
  readonly address: string | null;
  readonly interface: string;
  /** Name of the board's profile. */
  readonly profile: string;
  readonly base:
    | {
        readonly from: 'definition';
        readonly name: string;
        readonly platform: string;
        /** Path or URL of the user's image that takes the place of the publisher's. */
        readonly image?: string;
      }
    | { readonly from: 'file'; readonly path: string }
    | { readonly from: 'url'; readonly url: string };
  /** Of a node that is not on the cluster's own. */
  readonly wifi: PlannedWifi | null;
  readonly storesData: boolean;
  /** Of its copy; null for a folder on the root file system. */
  readonly disk: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly overlays: readonly string[];
  /** Null while it depends on an identity that no build has made yet. */
  readonly instanceId: string | null;
  /** Over all entries; the same value is the same image content. Null like `instanceId`. */
  readonly sha256: string | null;
  readonly entries: readonly PlannedEntry[];
}

/** The cluster as it was understood, without secrets. */
export interface PlannedCluster {
  readonly name: string;
  /** UUID from the identity store, or null while there is none. */
  readonly id: string | null;
  readonly subnet: string;
  readonly gateway: string | null;
  readonly mtu: number | null;
  readonly dns: readonly string[];
  readonly search: readonly string[];
  readonly ntp: readonly string[];
  readonly vlan: number | null;
  readonly wifi: PlannedWifi | null;
  readonly vip: string | null;
  readonly timezone: string;
  readonly locale: string;
  readonly keyboard: ClusterKeyboard | null;
  readonly users: readonly { readonly name: string; readonly sudo: boolean; readonly keys: number }[];
  readonly storage: Readonly<Record<string, string | number | boolean | null>> & {
    readonly type: 'glusterfs' | 'nfs' | 'none';
  };
  readonly swarm: {
    readonly addressPools: readonly string[];
    readonly subnetPrefixLength: number;
    readonly dataPathPort: number;
    readonly certificateDays: number;
  };
  /** Managers of the swarm that the nodes join; empty when they make one. */
  readonly joins: readonly string[];
  readonly openPorts: readonly string[];
  readonly watchdog: boolean;
  readonly dtoverlays: readonly string[];
  readonly packages: readonly string[];
  /** Names of the container images that the nodes have from the start. */
  readonly images: readonly string[];
  /** Names of the stacks that the cluster deploys by itself. */
  readonly stacks: readonly string[];
  /** Variables of the stacks' compose files, never their values; `file` is null for the environment of the command. */
  readonly variables: readonly {
    readonly stack: string;
    readonly name: string;
    readonly file: string | null;
  }[];
}

/** A cluster's nodes and files as plain data: the same for the same inputs, and free of secrets. */
export interface Plan {
  readonly cluster: PlannedCluster;
  /** Overlays that a node has, in the order in which they were first needed. */
  readonly overlays: readonly PlannedOverlay[];
  readonly nodes: readonly PlannedNode[];
}
