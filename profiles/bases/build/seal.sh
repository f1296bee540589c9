#!/bin/sh
# Makes the finished tree ROOT the same for every node: nothing personal, no caches, no traces of the build,
# every packaged file as its package has it. Prints what is wrong and fails if something is.
set -eu
root=$1
cd "$root"

rm -f etc/ssh/ssh_host_*_key etc/ssh/ssh_host_*_key.pub
: >etc/machine-id
rm -f var/lib/dbus/machine-id var/lib/systemd/random-seed etc/hostname
ln -sf ../run/systemd/resolve/stub-resolv.conf etc/resolv.conf
rm -f etc/.resolv.conf.systemd-resolved.bak etc/.pwd.lock
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >etc/hosts

rm -f etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap
find var/lib/apt/lists var/cache/apt var/cache/ldconfig var/cache/debconf tmp var/tmp run -mindepth 1 \
  ! -type d ! -name templates.dat ! -name config.dat ! -name passwords.dat -delete
find run tmp var/tmp -mindepth 1 -depth -delete
find var/log -type f -delete
find . -xdev \( -name '*.dpkg-old' -o -name '*.dpkg-new' -o -name '*.packaged' \) -print >"$DLIMAGE_REPORT"
find etc -name '*-' -type f -delete
find var/lib/dpkg -maxdepth 1 -name '*-old' -delete

# Days since 1970 of the last password change, which is the day of the build.
day=$((SOURCE_DATE_EPOCH / 86400))
awk -F: -v OFS=: -v day="$day" '$3 != "" { $3 = day } 1' etc/shadow >etc/shadow.new
cat etc/shadow.new >etc/shadow
rm etc/shadow.new
if awk -F: '$2 !~ /^[!*]/ { found = 1 } END { exit !found }' etc/shadow; then
  echo 'an account has a password or needs none: see etc/shadow' >>"$DLIMAGE_REPORT"
fi

if [ -s var/lib/dpkg/diversions ] && grep -q '\.packaged$' var/lib/dpkg/diversions; then
  echo 'a diversion of the build is left in var/lib/dpkg/diversions' >>"$DLIMAGE_REPORT"
fi
if [ -d .native ] || [ -e etc/ld.so.preload ]; then
  echo 'native programs of the build are left in the tree' >>"$DLIMAGE_REPORT"
fi
# Missing files are the excluded manuals and translations.
cat var/lib/dpkg/info/*.md5sums | md5sum --check --quiet --ignore-missing - >>"$DLIMAGE_REPORT" 2>/dev/null || true
if [ -s "$DLIMAGE_REPORT" ]; then
  head -n 20 "$DLIMAGE_REPORT" >&2
  exit 1
fi

find . -xdev -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# The first boot finds nothing to update: no hardware database or linker cache to be made again, slowly, on a board.
touch -r usr etc/.updated var/.updated
