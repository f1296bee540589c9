/** An OpenSSH key pair. `publicKey` is one line, `ssh-ed25519 AAAA... comment`, without a newline. */
export interface SshIdentity {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Identity of a node: made once, kept by the builder, baked into every image of the node. */
export interface NodeKeys {
  /** UUID under which the GlusterFS pool knows the node. */
  readonly glusterUuid: string;
  readonly sshHostKey: SshIdentity;
  /** The key with which the node asks its peers. */
  readonly sshClientKey: SshIdentity;
  /** Certificate of the cluster's own authority, for GlusterFS. */
  readonly tls: {
    readonly keyPem: string;
    readonly certificatePem: string;
    /** In the certificate; the name of the node where it is left out. */
    readonly commonName?: string;
  };
}

/** Certificates of the cluster's ssh authority for a node's keys; made anew when the node's name or address changes. */
export interface NodeCertificates {
  /** That the host key is this node's, by its name and address. One line without a newline. */
  readonly sshHostCertificate: string;
  /** That the client key is this node's, bound to one command with its name in it. One line without a newline. */
  readonly sshClientCertificate: string;
}

/** Everything of a node's own. */
export interface NodeIdentity extends NodeKeys, NodeCertificates {}

/** Keys that the nodes of one cluster share, and each node's own identity by its name. */
export interface ClusterIdentities {
  readonly clusterId: string;
  /** VRRP virtual router id, 1 to 255; random, so that two clusters on one LAN do not clash. */
  readonly vrrpRouterId: number;
  /** Of the authority that signs certificates for TLS, and rosters. */
  readonly ca: { readonly certificatePem: string };
  /** Public key of the authority that signs the nodes' ssh keys. */
  readonly sshAuthority: string;
  /** Lets the builder's owner log in where the definition names no key and the machine has none. */
  readonly loginKey: SshIdentity;
  readonly roster: SignedRoster;
  readonly nodes: Readonly<Record<string, NodeIdentity>>;
}

/** Identities as far as builds have made them: a store of an older dlimage lacks what later ones add. */
export interface ExistingIdentities extends Omit<ClusterIdentities, 'sshAuthority' | 'roster' | 'nodes'> {
  readonly sshAuthority: string | undefined;
  /** The last one that was signed; it may be of other nodes. */
  readonly roster: SignedRoster | undefined;
  /** Keys that the next roster revokes. */
  readonly revoked?: readonly RevokedKeys[];
  readonly nodes: Readonly<Record<string, NodeKeys & Partial<NodeCertificates>>>;
}

/** Keys that a node had, and that are worth nothing any more. Its name and its place may be another card's by now. */
export interface RevokedKeys {
  readonly name: string;
  /** Without the comments: `ssh-ed25519 AAAA...`. */
  readonly sshKeys: readonly string[];
  /** Common name of its certificate for GlusterFS. */
  readonly tlsName: string;
  readonly glusterUuid: string;
}

/** A roster with the authority's word for it. */
export interface SignedRoster {
  /** Greater than that of every roster that was signed before. */
  readonly serial: number;
  /** The very bytes that are signed. */
  readonly text: string;
  /** ECDSA over P-256 with SHA-256, as DER in base64 on one line. */
  readonly signature: string;
}
