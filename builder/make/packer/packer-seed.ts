/** The user that an image has while it is made; `packer/` knows the name, too. */
const packerUser = 'dlimage-packer';

/** cloud-init's documents for the time that an image is made: one user, who may log in with this key. */
export function packerSeed(publicKey: string): { readonly userData: string; readonly metaData: string } {
  const user = {
    name: packerUser,
    sudo: 'ALL=(ALL) NOPASSWD:ALL',
    shell: '/bin/sh',
    lock_passwd: true,
    ssh_authorized_keys: [publicKey],
  };
  // JSON is YAML.
  // The name in the image is the base's, or the overlay's.
  const userData = { users: [user], preserve_hostname: true, package_update: false, package_upgrade: false };
  return {
    userData: `#cloud-config\n${JSON.stringify(userData)}\n`,
    metaData: `${JSON.stringify({ 'instance-id': packerUser })}\n`,
  };
}
