#!/bin/sh
# Runs commands in a tree as on a machine of its own, inside namespaces that end with them.
# fresh-machine.sh TREE CHECKOUT CACHE COMMANDS
set -eu
tree=$1 checkout=$2 cache=$3 commands=$4

# A chroot whose root is no mount point cannot make namespaces.
mount --bind "$tree" "$tree"
mount -t proc proc "$tree/proc"
mount --rbind /sys "$tree/sys"
mount --rbind /dev "$tree/dev"

# What a person has brought along: Node.js, and a clone without anything that was built in it.
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
mkdir -p "$tree/usr/local/lib/node_modules" "$tree/root/dlimage"
cp "$(command -v node)" "$tree/usr/local/bin/node"
cp -r "$npm" "$tree/usr/local/lib/node_modules/npm"
for name in npm npx; do ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$tree/usr/local/bin/$name"; done
git -C "$checkout" ls-files --cached --others --exclude-standard -z |
  tar --create --directory "$checkout" --null --files-from=- --ignore-failed-read |
  tar --extract --directory "$tree/root/dlimage"

# How this machine reaches the network.
for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt "$HOME/.npmrc"; do
  [ ! -e "$file" ] || cp --dereference "$file" "$tree$(echo "$file" | sed "s|^$HOME/|/root/|")"
done
apt-config dump --no-empty | grep -E '^Acquire::(https?::|Check-|Max-FutureTime)' >"$tree/etc/apt/apt.conf.d/00machine" || true

# Downloads and bases are shared: they are not what is tried here.
for pair in "$(npm config get cache):/root/.npm" "$cache:/root/.cache/dlimage"; do
  mkdir -p "${pair%%:*}" "$tree${pair#*:}"
  mount --bind "${pair%%:*}" "$tree${pair#*:}"
done

exec chroot "$tree" /usr/bin/env HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  sh -euc "cd /root/dlimage; $commands" </dev/null
