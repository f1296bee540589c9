import { existsSync, readdirSync, statSync, lstatSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a shell script that makes images the usual way: a sparse copy of the base for each node, the node's files
 * written with debugfs and mtools, and the whole compressed. `nodes` are directories of `dlimage render`.
 */
export function conventionalScript(path, { base, layout, nodes, out, compression, isHashed }) {
  const lines = ['set -e', 'export PATH="$PATH:/usr/sbin:/sbin" TZ=UTC', `mkdir -p '${out}'`];
  for (const node of nodes) {
    const commands = `${node}.debugfs`;
    writeFileSync(commands, debugfsCommands(join(node, 'root')));
    lines.push(
      `image='${join(out, node.split('/').at(-1))}.img'`,
      `cp --sparse=always '${base}' "$image" && chmod 600 "$image"`,
      `debugfs -w -f '${commands}' "$image?offset=${layout.root}" > /dev/null 2>&1`,
      ...bootCommands(join(node, 'boot'), layout.boot),
      ...(isHashed ? ['openssl dgst -sha256 "$image" > "$image.sha256"'] : []),
      ...(compression === null ? [] : [compression[1]]),
      ...(isHashed && compression !== null
        ? [`openssl dgst -sha256 "\${image%.img}.${compression[0]}" >> "$image.sha256"`]
        : []),
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** The same with the kernel's ext4: needs root, and cannot be reproduced. Not every kernel has FAT: mtools writes it. */
export function loopMountScript(path, { base, layout, nodes, out, mountPoint }) {
  const lines = ['set -e', 'export TZ=UTC', `mkdir -p '${out}' '${mountPoint}'`];
  for (const node of nodes) {
    lines.push(
      `image='${join(out, node.split('/').at(-1))}.img'`,
      `cp --sparse=always '${base}' "$image" && chmod 600 "$image"`,
      `mount -o loop,offset=${layout.root} "$image" '${mountPoint}'`,
      `cp -a '${node}/root/.' '${mountPoint}/' && umount '${mountPoint}'`,
      ...bootCommands(join(node, 'boot'), layout.boot),
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

function debugfsCommands(root) {
  const lines = [];
  const visit = (directory, inside) => {
    for (const name of readdirSync(directory).toSorted()) {
      const [source, target] = [join(directory, name), `${inside}/${name}`];
      const status = lstatSync(source);
      lines.push('cd /');
      if (status.isDirectory()) {
        lines.push(`mkdir ${target}`);
        visit(source, target);
      } else if (status.isSymbolicLink())
        lines.push(`rm ${target}`, `symlink ${target} ${readlinkSync(source)}`);
      else {
        lines.push(`rm ${target}`, `cd ${inside === '' ? '/' : inside}`, `write ${source} ${name}`, 'cd /');
        lines.push(`sif ${target} mode 0100${(status.mode & 0o7777).toString(8)}`);
      }
    }
  };
  visit(root, '');
  return `${lines.join('\n')}\n`;
}

function bootCommands(directory, offset) {
  if (!existsSync(directory) || offset === null) return [];
  const files = readdirSync(directory).filter((name) => statSync(join(directory, name)).isFile());
  if (files.length === 0) return [];
  return [
    `mcopy -o -m -i "$image@@${offset}" ${files.map((name) => `'${join(directory, name)}'`).join(' ')} ::/`,
  ];
}
