/** An OpenSSH key pair. `publicKey` is one line, `ssh-ed25519 AAAA... comment`, without a newline. */
export interface SshIdentity {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** What makes a node this node and no other. Made once, kept by the builder, baked into every image of the node. */
export interface NodeIdentity {
  /** UUID under which the GlusterFS pool knows the node. */
  readonly glusterUuid: string;
  readonly sshHostKey: SshIdentity;
  /** The key with which the node asks its peers. */
  readonly sshClientKey: SshIdentity;
  /** Certificate of the cluster's own authority, for GlusterFS. */
  readonly tls: { readonly keyPem: string; readonly certificatePem: string };
}

/** What the nodes of one cluster share, and each node's own identity by its name. */
export interface ClusterIdentities {
  readonly clusterId: string;
  /** VRRP virtual router id, 1 to 255; random, so that two clusters on one LAN do not clash. */
  readonly vrrpRouterId: number;
  readonly ca: { readonly certificatePem: string };
  /** Lets the builder's owner log in where the definition names no key and the machine has none. */
  readonly loginKey: SshIdentity;
  readonly nodes: Readonly<Record<string, NodeIdentity>>;
}
