import type { Profile } from '../generated/profile.ts';
import type { ArchivedImage } from './image-archive.ts';
import type { BaseDefinition } from '../generated/base.ts';
import type { DefinitionPath } from '../source/definition-path.ts';

/** A role of a node in the swarm. */
export type Role = 'manager' | 'worker';

/** A person who may log in to the nodes. Always without a password; `sudo` is passwordless. */
export interface ClusterUser {
  readonly name: string;
  /** Number of the user and of the group of the same name: what the definition says, else the first free one from 1000 on. */
  readonly uid: number;
  /** Empty: the cluster's login key from the identity store takes their place. */
  readonly authorizedKeys: readonly string[];
  readonly sudo: boolean;
  /** Groups beside the user's own, and beside those that come with sudo. */
  readonly groups: readonly string[];
  readonly shell: string;
}

/** The cluster definition written out in full: every default filled in, every flag applied. */
export interface Cluster {
  readonly name: string;
  readonly nodes: readonly ClusterNode[];
  readonly network: ClusterNetwork;
  /** Virtual IP address, or null when there is none. */
  readonly vip: string | null;
  /** Never empty; each has at least one key, in OpenSSH's one-line form. */
  readonly users: readonly ClusterUser[];
  /** Name from the IANA time zone database. */
  readonly timezone: string;
  /** Like `C.UTF-8` or `en_GB.UTF-8`. */
  readonly locale: string;
  /** Keyboard at the console, or null to leave the base's own. */
  readonly keyboard: ClusterKeyboard | null;
  readonly storage: ClusterStorage;
  readonly swarm: ClusterSwarm;
  readonly firewall: ClusterFirewall;
  /** Settings of Docker by their names in daemon.json. */
  readonly docker: Readonly<Record<string, unknown>>;
  /** The board's timer resets a node that hangs. */
  readonly watchdog: boolean;
  /** Device tree overlays of Raspberry Pis, each as config.txt has it behind `dtoverlay=`. In this order. */
  readonly dtoverlays: readonly string[];
  /** Debian packages beyond the base's own; baked into the base. Sorted. */
  readonly packages: readonly string[];
  readonly files: readonly ExtraFile[];
  readonly images: readonly ClusterImage[];
  readonly stacks: readonly ClusterStack[];
}

/** A keyboard in the words of xkb: `XKBLAYOUT` and its like. Empty for what is not said. */
export interface ClusterKeyboard {
  /** Up to four, with commas between. */
  readonly layout: string;
  readonly variant: string;
  readonly model: string;
  readonly options: string;
}

/** One node with its own profile and base. `index` counts from 1 in the order of the definition. */
export interface ClusterNode {
  readonly index: number;
  readonly name: string;
  readonly role: Role;
  /** Static IPv4 address, or null for DHCP (workers only). */
  readonly address: string | null;
  /** Name of the profile: the file's name in `profiles/`, or of the user's own file, without its suffix. */
  readonly profileName: string;
  readonly profile: Profile;
  readonly base: ClusterBase;
  /** Interface that the definition names for this node, or null for the profile's. */
  readonly interface: string | null;
  /** Hardware address of the interface, in lower case, or null to know it by its name. */
  readonly mac: string | null;
  /** Wi-Fi networks of this node, or null for the cable. */
  readonly wifi: ClusterWifi | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Holds a brick of the volume. */
  readonly storesData: boolean;
  /** Block device that holds the brick (`/dev/sda`), or null for a directory on the root file system. */
  readonly disk: string | null;
  /** Its brick holds names and no contents: it decides which of the two full copies is right. */
  readonly arbiter: boolean;
}

/** A definition of `profiles/bases/`, with the user's own image in the place of the publisher's if there is one; or just an image. */
export type ClusterBase =
  | {
      readonly from: 'definition';
      readonly name: string;
      readonly definition: BaseDefinition;
      readonly image: UserImage | null;
    }
  | UserImage;

/** An image of the user's, packed or not. `sha256` is what the file as it lies there must have; null is not to be checked. */
export type UserImage =
  | {
      readonly from: 'file';
      /** Absolute, links resolved. */
      readonly path: string;
      readonly sha256: string | null;
    }
  | { readonly from: 'url'; readonly url: string; readonly sha256: string | null };

/** The LAN of the nodes. IPv4, as Swarm's and VRRP's addresses here are. */
export interface ClusterNetwork {
  /** CIDR of the LAN: `192.168.1.0/24`. */
  readonly subnet: string;
  readonly prefixLength: number;
  /** Null for a network without a router. */
  readonly gateway: string | null;
  /** Largest packet in bytes, or null for 1500. */
  readonly mtu: number | null;
  /** IPv4 or IPv6 addresses. */
  readonly dns: readonly string[];
  readonly ntp: readonly string[];
  readonly search: readonly string[];
  /**
   * Interface of a virtual machine's own manager beside that of the LAN, or null. It has DHCP, and the way out: the LAN
   * has no router then.
   */
  readonly managementInterface: string | null;
  /** 802.1Q VLAN id, or null for untagged. */
  readonly vlan: number | null;
  /** Of nodes that say nothing else. */
  readonly wifi: ClusterWifi | null;
}

/** Wi-Fi that a node may be in. */
export interface ClusterWifi {
  /** ISO 3166-1 code. */
  readonly country: string;
  /** At least one; a node takes the one that it receives best. */
  readonly networks: readonly {
    readonly ssid: string;
    /** Null for an open network, and for one with a login. */
    readonly password: string | null;
    /** Absent where one password is everybody's, or none. */
    readonly enterprise?: ClusterWifiEnterprise;
    readonly hidden: boolean;
  }[];
}

/** Login to a network of WPA Enterprise. Paths are those on the node. */
export interface ClusterWifiEnterprise {
  readonly method: 'peap' | 'ttls' | 'tls';
  readonly identity: string;
  readonly anonymousIdentity: string | null;
  readonly password: string | null;
  /** Null with `tls`, which has no tunnel. */
  readonly innerMethod: 'mschapv2' | 'mschap' | 'chap' | 'pap' | 'gtc' | null;
  readonly caCertificate: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  readonly clientKeyPassword: string | null;
}

export type ClusterStorage =
  | {
      readonly type: 'glusterfs';
      /** Number of full copies: of the nodes with `storesData`, without the arbiter. */
      readonly replicas: number;
      /** One more of the nodes with `storesData` is the arbiter. */
      readonly arbiter: boolean;
      /** Block device that holds the brick of nodes that name none, or null for a directory on the root file system. */
      readonly disk: string | null;
      /** Seconds that Docker waits for the storage before it starts without. */
      readonly waitSeconds: number;
    }
  | {
      readonly type: 'nfs';
      readonly server: string;
      readonly path: string;
      readonly options: string;
      readonly waitSeconds: number;
    }
  | { readonly type: 'none' };

export interface ClusterSwarm {
  /** Pools that overlay networks are cut from. */
  readonly addressPools: readonly string[];
  /** Prefix length of each overlay network. */
  readonly subnetPrefixLength: number;
  /** UDP port of the VXLAN data path. */
  readonly dataPathPort: number;
  /** Validity of node certificates. */
  readonly certificateDays: number;
  /** Overlay networks that are made from now on are encrypted, unless their compose file says otherwise. */
  readonly isEncrypted: boolean;
  /** Overlay networks that several stacks share; the leader makes them. */
  readonly networks: readonly string[];
  /** Managers of another swarm, as `host:port`, which the nodes join with a token; null to make a swarm of their own. */
  readonly joinExisting: { readonly addresses: readonly string[]; readonly token: string } | null;
}

export interface ClusterFirewall {
  /** Ports that everybody may reach beside those that containers publish: `80/tcp`. */
  readonly open: readonly string[];
}

/** An archive of container images that nodes have before any service needs it. */
export interface ClusterImage {
  /** Absolute path on the builder, links resolved. */
  readonly hostPath: string;
  readonly sizeBytes: number;
  /** Name of the archive on the node. */
  readonly fileName: string;
  readonly images: readonly ArchivedImage[];
}

/** A stack that the cluster deploys by itself. */
export interface ClusterStack {
  readonly name: string;
  /** In the order that Docker merges them in. Never empty. */
  readonly composeFiles: readonly ComposeEntry[];
  /** Files named by the compose files, at the same places from them as on the builder. */
  readonly files: readonly StackEntry[];
  /** Folders of the shared storage that its services need. */
  readonly directories: readonly string[];
  /** Networks of `swarm.networks` that it uses. */
  readonly networks: readonly string[];
  /** Images of its services, as written. */
  readonly images: readonly string[];
  /** All of its images are in the nodes' images. */
  readonly isBaked: boolean;
  /** The variables of its compose files that got a value, without the values. */
  readonly variables: readonly ValuedVariable[];
}

/** A variable of a stack, and where its value came from. */
export interface ValuedVariable {
  readonly name: string;
  /** Path of the file, as the definition would write it; null for the environment of the command. */
  readonly file: string | null;
}

/** A compose file, and what the nodes' copy of it says differently. */
export interface ComposeEntry {
  /** Path on the node, below the folder of the stacks. */
  readonly path: string;
  /** As written. */
  readonly text: string;
  /** Its variables, filled in. */
  readonly changes: readonly ComposeChange[];
  /** The version that it needs and does not have: `3.9`; null when it is right as it is. */
  readonly version: string | null;
  /** Its configs and secrets that are made of a file and have no name: they get one for each content. */
  readonly versioned: readonly VersionedObject[];
  /** Options for its networks that set none themselves. */
  readonly networks: readonly NetworkOptions[];
}

/** A config or secret whose name tells its content. */
export interface VersionedObject {
  readonly section: 'configs' | 'secrets';
  readonly key: string;
  /** Absolute path of its file on the builder. */
  readonly hostPath: string;
}

/** One file that a stack names. */
export interface StackEntry {
  /** Absolute path on the builder, links resolved. */
  readonly hostPath: string;
  readonly sizeBytes: number;
  /** Path on the node, below the folder of the stacks. */
  readonly path: string;
  readonly isSecret: boolean;
  /** Content for the nodes in place of the file's own: that of `env_file:` with the values of its bare names. */
  readonly filled?: string;
}

/** A file or directory of the user's that lands on every node (or on the named ones). */
export interface ExtraFile {
  /** Absolute path on the builder, links resolved. */
  readonly hostPath: string;
  readonly kind: 'file' | 'directory';
  /** Size of the file; 0 for a directory. */
  readonly sizeBytes: number;
  /** Absolute path on the node. */
  readonly path: string;
  /**
   * Permission bits. In a directory: of the files in it, and of folders with `x` wherever there is `r`. Null is for
   * directories only: everything keeps its own, but for what `ownMode` leaves out.
   */
  readonly mode: number | null;
  /** Null: root, or below the home of a user that user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Names of the nodes that get it; all when empty. */
  readonly nodes: readonly string[];
}

/** A value of a compose file that the nodes' copy says differently. */
export interface ComposeChange {
  readonly path: DefinitionPath;
  readonly value: string | number | boolean;
}

/** Options that a network of a compose file gets. The file may lack `default`, which is then declared. */
export interface NetworkOptions {
  /** In `networks:`. */
  readonly key: string;
  readonly options: Readonly<Record<string, string>>;
}
