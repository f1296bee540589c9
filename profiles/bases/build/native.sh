#!/bin/sh
# A base for a foreign architecture is built under emulation, where every start of a shell or of sed costs much.
# But multiarch keeps the libraries of two architectures apart: so programs of the build machine's own architecture,
# of the same release, stand in for the hot ones in the tree while packages are configured. Emulated stay dpkg and
# whatever else tells the architecture.
#
#   native.sh enter ROOT NATIVE   put the programs of the tree NATIVE in place
#   native.sh boot ROOT           keep only those that never end up in an initrd
#   native.sh leave ROOT          take the rest away
#
# A dpkg diversion makes dpkg unpack the packaged file beside its stand-in, as FILE.packaged.
set -eu
action=$1 root=$2
diversions=$root/var/lib/dpkg/diversions
list=$root/.native

# They tell or decide the architecture, or write for it.
stay_foreign='dpkg dpkg-query dpkg-trigger dpkg-statoverride ldconfig ldd uname arch setarch lscpu'
# What mkinitramfs runs thousands of times and no hook of it copies.
stay_native='basename bash cat chmod chown comm cp cpio cut dash date dirname dracut-install du env expr find grep gzip
head id install ln ls mawk mkdir mktemp mv od paste perl printf readlink realpath rm rmdir run-parts sed seq sort stat
tail tee test touch tr uniq wc xargs xz zstd'

contains() { # WORD WORDS...
  word=$1
  shift
  for each; do [ "$each" != "$word" ] || return 0; done
  return 1
}

is_program() { [ -f "$1" ] && [ ! -L "$1" ] && [ "$(head -c 4 "$1" | tail -c 3)" = ELF ]; }

put_in_place() { # PATH, below / of both trees
  if [ -e "$root$1" ]; then mv "$root$1" "$root$1.packaged"; fi
  cp -al "$native$1" "$root$1"
  echo "$1" >>"$list/programs"
}

take_away() { # PATH
  rm -f "$root$1"
  if [ -e "$root$1.packaged" ]; then mv "$root$1.packaged" "$root$1"; fi
}

# Both names of a file: packages of Debian 12 still say /bin for what lies in /usr/bin.
write_diversions() {
  : >"$diversions.new"
  if [ -e "$list/diversions" ]; then cat "$list/diversions" >>"$diversions.new"; fi
  while read -r path; do
    printf '%s\n%s.packaged\n:\n' "$path" "$path"
    case $path in
      /usr/bin/* | /usr/sbin/*) printf '%s\n%s.packaged\n:\n' "${path#/usr}" "${path#/usr}" ;;
    esac
  done <"$list/programs" >>"$diversions.new"
  mv "$diversions.new" "$diversions"
}

# The packages' own diversions, made since, are those whose new name is not of this build.
save_other_diversions() {
  awk '{ line[NR % 3] = $0 } NR % 3 == 0 && line[2] !~ /\.packaged$/ { print line[1] "\n" line[2] "\n" line[0] }' \
    "$diversions" >"$list/diversions"
}

case $action in
  enter)
    native=$3
    mkdir "$list"
    cp "$diversions" "$list/diversions"
    loader=$(cd "$native" && find usr/lib64 usr/lib -maxdepth 1 -name 'ld-linux*' | head -n 1)
    triplet=$(cd "$native/usr/lib" && find . -maxdepth 1 -type d -name '*-linux-gnu' | head -n 1 | cut -c 3-)
    # Libraries of its own name, and the loader that all programs name.
    cp -al "$native/usr/lib/$triplet" "$root/usr/lib/$triplet"
    echo "/usr/lib/$triplet" >"$list/added"
    if [ ! -e "$root/$(dirname "$loader")" ]; then
      mkdir "$root/$(dirname "$loader")"
      echo "/$(dirname "$loader")" >>"$list/added"
    fi
    cp -a "$native/$loader" "$root/$loader"
    echo "/$loader" >>"$list/added"
    if [ ! -e "$root/lib64" ]; then
      ln -s usr/lib64 "$root/lib64"
      echo /lib64 >>"$list/added"
    fi
    # Python's own modules carry the architecture in their names.
    (cd "$native" && find usr/lib/python3* -name "*$triplet*" -type f) | while read -r file; do
      mkdir -p "$root/$(dirname "$file")"
      cp -al "$native/$file" "$root/$file"
      echo "/$file" >>"$list/added"
    done
    for path in "$native"/usr/bin/* "$native"/usr/sbin/* "$native"/usr/lib/dracut/dracut-install; do
      # Word lists are split on purpose.
      # shellcheck disable=SC2086
      if is_program "$path" && ! contains "$(basename "$path")" $stay_foreign; then
        mkdir -p "$root$(dirname "${path#"$native"}")"
        put_in_place "${path#"$native"}"
      fi
    done
    write_diversions
    ;;
  boot)
    save_other_diversions
    mv "$list/programs" "$list/before"
    while read -r path; do
      # shellcheck disable=SC2086
      if contains "$(basename "$path")" $stay_native; then
        echo "$path" >>"$list/programs"
      else
        take_away "$path"
      fi
    done <"$list/before"
    write_diversions
    # The udev hook takes libkmod from every directory of libraries that there is.
    hook=/etc/initramfs-tools/hooks/stand-ins
    # The variable is the hook's.
    # shellcheck disable=SC2016
    printf '#!/bin/sh\n[ "$1" = prereqs ] || rm -rf "${DESTDIR:?}%s"\n' "$(head -n 1 "$list/added")" >"$root$hook"
    chmod 0755 "$root$hook"
    echo "$hook" >>"$list/added"
    ;;
  leave)
    save_other_diversions
    # The shell that runs this is the build machine's, not one of the programs.
    while read -r path; do take_away "$path"; done <"$list/programs"
    while read -r path; do rm -rf "${root:?}$path"; done <"$list/added"
    find "$root"/usr/lib/python3* -name '*.pyc' -path "*$(sed -n '1s:/usr/lib/::p' "$list/added")*" -delete
    cp "$list/diversions" "$diversions"
    rm -rf "$list"
    ;;
esac
