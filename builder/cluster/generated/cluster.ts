// Made from profiles/schemas/cluster.schema.json by `npm run generate`. Do not edit.

/**
 * cluster.yaml: what a cluster of dlimage is. Everything may be left out; the defaults make three Raspberry Pi 3 in 192.168.1.0/24.
 */
export interface ClusterDefinition {
  /**
   * Name of the cluster: the prefix of its nodes' names and of its folders. Default: the name of the profile.
   */
  name?: string;
  /**
   * The board: a name in profiles/, or the path of a profile of your own, from this file's folder (./my-board.yaml).
   */
  profile?: string;
  /**
   * The operating system: a name in profiles/bases/, or the path or URL of an image, packed or not; paths start at this file's folder. Default: the profile's default_base.
   */
  base?: string;
  /**
   * An image of your own in the place of the one that the publisher of the base has: its path, from this file's folder, or its URL. It is treated as the base would be. Default: the publisher's image.
   */
  base_image?: string;
  /**
   * SHA-256 of the image that base or base_image names, as it lies there. Default: a file is not checked, and what a URL gives is taken as it comes.
   */
  base_sha256?: string;
  /**
   * Number of nodes. They are named after the cluster: home-1, home-2 and so on. Not together with nodes.
   */
  count?: number;
  /**
   * The nodes one by one, in place of count. Append new nodes at the end: the others keep their names and addresses. Default: count nodes.
   *
   * @minItems 1
   * @maxItems 10000
   */
  nodes?: [NodeDefinition, ...NodeDefinition[]];
  /**
   * The local network that the nodes live in. Addresses are IPv4 and static unless a node says dhcp.
   */
  network?: {
    /**
     * The network in CIDR notation, prefix /8 to /30.
     */
    subnet?: string;
    /**
     * The router; false for a network without one. Default: the first address of the subnet.
     */
    gateway?: string | false;
    /**
     * Largest packet of the network, in bytes, for all of its machines and switches alike; overlay networks get 50 less. Default: 1500.
     */
    mtu?: number;
    /**
     * Name servers, by IPv4 or IPv6 address; an empty list for none. Default: the gateway.
     */
    dns?: string[];
    /**
     * Time servers in addition to the base's own: names, IPv4 or IPv6 addresses.
     */
    ntp?: string[];
    /**
     * Domains that are appended to short host names.
     */
    search?: string[];
    /**
     * Address of the first node; the others follow, the gateway and the virtual IP are skipped. Default: number 101 of the subnet, or number 2 in a subnet smaller than /24.
     */
    first_address?: string;
    /**
     * Name of the network interface on the nodes: that of the cable, or of the Wi-Fi adapter when wifi is given. Default: the profile's interface, or its wifi_interface.
     */
    interface?: string;
    /**
     * 802.1Q VLAN id, for a switch port that is tagged. Default: untagged.
     */
    vlan?: number;
    /**
     * Connect over Wi-Fi in place of the cable. A list names several networks, all in this subnet, of which a node takes the one that it receives best. Default: the cable.
     */
    wifi?: WifiNetwork | [WifiNetwork, ...WifiNetwork[]];
  };
  /**
   * Virtual IP: the address that always leads to a healthy node. false for none. Default: number 253 of the subnet, or its last address when smaller than /24.
   */
  vip?: string | false;
  /**
   * Who may log in.
   */
  ssh?: {
    /**
     * Public keys, or paths of .pub files from this file's folder, for every user without keys of its own. Default: your own public keys, ~/.ssh/id_*.pub.
     *
     * @minItems 1
     * @maxItems 1000
     */
    authorized_keys?: [string, ...string[]];
  };
  /**
   * People who may log in, by key only. Default: one user, dlimage, with sudo.
   *
   * @minItems 1
   * @maxItems 1000
   */
  users?: [UserDefinition, ...UserDefinition[]];
  /**
   * Name from the IANA time zone database.
   */
  timezone?: string;
  /**
   * Language and formats of the nodes, as a UTF-8 locale that their base can make: /usr/share/i18n/SUPPORTED lists them.
   */
  locale?: string;
  /**
   * Layout of a keyboard at the nodes' console, as /etc/default/keyboard names it. Default: the base's own, the American one mostly.
   */
  keyboard?: string | Keyboard;
  /**
   * The folder that all nodes share, for the data of the stacks.
   */
  storage?: {
    /**
     * glusterfs keeps copies on the nodes themselves, nfs mounts a server of yours, none shares nothing. Default: the default_storage of the profiles (none as soon as one of them says none).
     */
    type?: 'glusterfs' | 'nfs' | 'none';
    /**
     * glusterfs: number of nodes that hold a full copy, managers first; all for every node. Default: 3, or the number of nodes with a static address if that is less; 2 with an arbiter.
     */
    replicas?: number | 'all';
    /**
     * glusterfs: beside two full copies, the next node keeps names and versions only, and decides which copy is right.
     */
    arbiter?: boolean;
    /**
     * glusterfs: the device that holds the copy on each of those nodes that names no disk of its own. Default: a folder on the root file system.
     */
    disk?: string;
    /**
     * nfs: name or address of the server. Required with type nfs.
     */
    server?: string;
    /**
     * nfs: the exported folder on the server. Required with type nfs.
     */
    path?: string;
    /**
     * nfs: mount options, separated by commas and no blanks; see nfs(5).
     */
    options?: string;
    /**
     * glusterfs, nfs: how long Docker waits for the storage when a node starts, in seconds, before it starts without.
     */
    wait_seconds?: number;
  };
  /**
   * Settings of Docker Swarm. All but networks can only be made when it is founded.
   */
  swarm?: {
    /**
     * Subnets that overlay networks are cut from; they must not touch the local network. Default: 10.201.0.0/16, or 172.30.0.0/16 if the local network touches that.
     *
     * @minItems 1
     */
    address_pools?: [string, ...string[]];
    /**
     * Prefix length, in bits, of each overlay network.
     */
    subnet_prefix?: number;
    /**
     * UDP port that overlay networks use between the nodes.
     */
    data_path_port?: number;
    /**
     * Validity of the nodes' certificates, in days. A cluster that is switched off for longer cannot start by itself.
     */
    certificate_days?: number;
    /**
     * Encrypts what containers of different nodes say to each other, and lets nothing else into their networks. It is for networks that are made from then on: those of stacks, of swarm.networks, and that of published ports while there is no service. Networks that are there stay as they are, and a network of a compose file whose driver_opts say encrypted is left alone. It costs throughput: see docs/security.md.
     */
    encrypted?: boolean;
    /**
     * Overlay networks that several stacks share, such as that of a reverse proxy: they are made before the stacks, which name them with external: true.
     */
    networks?: string[];
    /**
     * A swarm that is there already, which the nodes join; what they become there is up to the token. Default: they make a swarm of their own.
     */
    join_existing?: {
      /**
       * Managers of that swarm, tried in turn.
       *
       * @minItems 1
       */
      addresses: [string, ...string[]];
      /**
       * File with the token that `docker swarm join-token` shows, from this file's folder. It is put on the nodes and is as good as a key: rotate it afterwards.
       */
      token_file: string;
    };
  };
  /**
   * Who may reach a node. Let in are ssh, the ports that services publish, the status page and, from the other nodes, all that the cluster needs.
   */
  firewall?: {
    /**
     * More ports that everybody may reach, for programs that are no containers.
     */
    open?: string[];
  };
  /**
   * Settings of Docker by their names in daemon.json, which they are merged into. Addresses, the size of packets and what a swarm needs have their own keys elsewhere.
   */
  docker?: {
    [k: string]: unknown;
  };
  /**
   * The board's own timer resets a node that hangs.
   */
  watchdog?: boolean;
  /**
   * Device tree overlays with their parameters, as behind dtoverlay= in config.txt: for what is wired to the boards. Every Raspberry Pi of the cluster gets them; what its base has in config.txt stays.
   */
  dtoverlays?: string[];
  /**
   * Container images, as files of `docker save`, from this file's folder and inside it; they are on the nodes before any service needs them.
   *
   * @maxItems 1000
   */
  images?: string[];
  /**
   * Compose files, from this file's folder and inside it, that the cluster deploys as soon as it can: a list, where the file's name is the stack's, or names with a file each, or with a list of files that Docker merges in this order.
   */
  stacks?:
    | string[]
    | {
        [k: string]: string | [string, ...string[]];
      };
  /**
   * Debian packages that are installed into the base, in addition to its own. Those that a publisher's image or an image file lacks are installed from it at a node's first start.
   *
   * @maxItems 10000
   */
  packages?: string[];
  /**
   * Files and folders of yours that are put on the nodes. In folders, links stay links; folders of the base keep their mode and owner.
   *
   * @maxItems 10000
   */
  files?: FileDefinition[];
}
export interface NodeDefinition {
  /**
   * Host name. Default: the name of the cluster and the place in the list, like home-1.
   */
  name?: string;
  /**
   * Role in the swarm. Default: by the number of nodes (1 manager of 1 or 2 nodes, 3 of more; the rest workers); workers when dhcp is true.
   */
  role?: 'manager' | 'worker';
  /**
   * Static IPv4 address. Default: the node's place, counted from network.first_address.
   */
  address?: string;
  /**
   * Take the address from the network's DHCP server. Workers only, and they hold no replica of the volume.
   */
  dhcp?: boolean;
  /**
   * Another board than the cluster's. Default: the cluster's profile.
   */
  profile?: string;
  /**
   * Another operating system than the cluster's. Default: the cluster's base if one is written, else the default_base of the node's profile.
   */
  base?: string;
  /**
   * An image of your own for the base that this node names. Default: the publisher's image; of a node that names no base, the cluster's base_image.
   */
  base_image?: string;
  /**
   * SHA-256 of the image that this node names. Default: not checked.
   */
  base_sha256?: string;
  /**
   * Another network interface than the cluster's. Default: network.interface, or that of the node's profile.
   */
  interface?: string;
  /**
   * Hardware address of the network interface to use, for a node that has several; on the node it is called lan0, or as interface says. Default: the interface is found by its name.
   */
  mac?: string;
  /**
   * Other Wi-Fi networks than the cluster's, in the same subnet; false for the cable. Default: network.wifi.
   */
  wifi?: WifiNetwork | [WifiNetwork, ...WifiNetwork[]] | false;
  /**
   * glusterfs: another device for the node's copy than storage.disk; false for a folder on the root file system. Default: storage.disk.
   */
  disk?: string | false;
  /**
   * Labels of the swarm node, for placement constraints.
   */
  labels?: {
    [k: string]: string;
  };
}
export interface WifiNetwork {
  /**
   * Name of the Wi-Fi network, 1 to 32 bytes.
   */
  ssid: string;
  /**
   * WPA passphrase of 8 to 63 characters, or a key of 64 hexadecimal digits. Never shown in messages. Required unless there is open or enterprise.
   */
  password?: string;
  /**
   * The network has no password, and nothing in it is encrypted.
   */
  open?: boolean;
  enterprise?: WifiEnterprise;
  /**
   * The network does not announce its name, so nodes ask for it.
   */
  hidden?: boolean;
  /**
   * ISO 3166-1 code of the country, which decides channels and power. Required for one network of a list at least, and the same for all.
   */
  country?: string;
}
/**
 * Login to a network of WPA Enterprise (802.1X), as companies and universities have it. Default: none.
 */
export interface WifiEnterprise {
  /**
   * How a node proves who it is: peap and ttls by name and password, tls by a certificate.
   */
  method: 'peap' | 'ttls' | 'tls';
  /**
   * Name that the nodes log in with.
   */
  identity: string;
  /**
   * Name that everybody may see, before the network has proved what it is. Default: identity.
   */
  anonymous_identity?: string;
  /**
   * Password of peap and ttls. Never shown in messages. Required with those.
   */
  password?: string;
  /**
   * How the password is told inside the encrypted tunnel: mschapv2 or gtc with peap; mschapv2, mschap, chap or pap with ttls. Default: mschapv2.
   */
  inner_method?: 'mschapv2' | 'mschap' | 'chap' | 'pap' | 'gtc';
  /**
   * Path on the nodes of the certificates that the network must prove itself by: the base's own, or one that files puts there. Without it nodes tell their password to whoever uses the name of the network. Default: none.
   */
  ca_certificate?: string;
  /**
   * Path on the nodes of their certificate, which files puts there. Required with tls.
   */
  client_certificate?: string;
  /**
   * Path on the nodes of the key of client_certificate, which files puts there with mode 0600. Required with tls.
   */
  client_key?: string;
  /**
   * Password of client_key, if it has one. Never shown in messages. Default: none.
   */
  client_key_password?: string;
}
export interface UserDefinition {
  /**
   * Login name.
   */
  name: string;
  /**
   * Public keys, or paths of .pub files. Default: those of ssh.
   *
   * @minItems 1
   * @maxItems 1000
   */
  authorized_keys?: [string, ...string[]];
  /**
   * May become root with sudo, without a password, and may use Docker.
   */
  sudo?: boolean;
  /**
   * Number of the user and of the user's own group. Default: the first free one from 1000 on.
   */
  uid?: number;
  /**
   * More groups of the user's; one that the base does not have is made.
   */
  groups?: string[];
  /**
   * Login shell. One that the base lacks needs its package in packages.
   */
  shell?: string;
}
/**
 * A keyboard, in the words of xkb.
 */
export interface Keyboard {
  /**
   * Layout; up to four with commas between, where an option of the group grp switches.
   */
  layout: string;
  /**
   * Variant of the layout; of several layouts, one each with commas between, which may be empty. Default: the usual one.
   */
  variant?: string;
  /**
   * Model of the keyboard.
   */
  model?: string;
  /**
   * Options with commas between. Default: none.
   */
  options?: string;
}
export interface FileDefinition {
  /**
   * File or folder, from this file's folder and inside it.
   */
  source: string;
  /**
   * Absolute path on the node. / puts what is in a folder at its place in the whole tree.
   */
  path: string;
  /**
   * Permission bits in octal, in quotes; folders get x where they have r. Default: those of the file here, without setuid, setgid, sticky and what others may write.
   */
  mode?: string;
  /**
   * user or user:group, of users above or as numbers. Default: root:root, and below the home of a user that user.
   */
  owner?: string;
  /**
   * Names of the nodes that get it. Default: all.
   *
   * @minItems 1
   */
  nodes?: [string, ...string[]];
}
