#!/bin/sh
# shadow.sh hide ROOT PATH...   put a program that does nothing in the place of PATH
# shadow.sh show ROOT PATH...   put the packaged file back
# A dpkg diversion makes dpkg unpack the packaged file beside it, as PATH.packaged.
set -eu
action=$1 root=$2
shift 2
diversions=$root/var/lib/dpkg/diversions
for path; do
  case $action in
    hide)
      printf '%s\n%s.packaged\n:\n' "$path" "$path" >>"$diversions"
      if [ -e "$root$path" ]; then mv "$root$path" "$root$path.packaged"; fi
      printf '#!/bin/sh\nexit 0\n' >"$root$path"
      chmod 0755 "$root$path"
      ;;
    show)
      rm -f "$root$path"
      if [ -e "$root$path.packaged" ]; then mv "$root$path.packaged" "$root$path"; fi
      # Three lines a diversion: path, new path, package.
      awk -v path="$path" 'NR % 3 == 1 { keep = $0 != path } keep' "$diversions" >"$diversions.new"
      mv "$diversions.new" "$diversions"
      ;;
  esac
done
