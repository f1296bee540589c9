#!/bin/sh
# vip-lan.sh BASE TREE...   puts nodes of one cluster on a LAN, starts keepalived on each with a stand-in for Docker, and
# tells after each event which of them hold the virtual IP. Nothing outlives it: it is run in namespaces of its own.
set -eu
base=$1
shift

mount -t proc proc "$base/proc"
ip() { chroot "$base" ip "$@"; }
# Node NUMBER is a process that keeps a network namespace: in NUMBER COMMAND... runs there, in the node's root.
in_node() {
  number=$1
  shift
  nsenter --net="/proc/$(cat "$work/$number/pid")/ns/net" chroot "$work/$number/root" "$@"
}

work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
ip link add lan type bridge
ip link set lan up
count=0
for tree; do
  count=$((count + 1))
  root=$work/$count/root
  mkdir -p "$work/$count/upper" "$work/$count/work" "$root"
  mount -t overlay overlay -o "lowerdir=$tree:$base,upperdir=$work/$count/upper,workdir=$work/$count/work" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/run"
  mount -t tmpfs tmpfs "$root/tmp"
  unshare --net sleep 600 &
  echo $! >"$work/$count/pid"
  sleep 0.5
  ip link add "port$count" type veth peer name eth0 netns "$(cat "$work/$count/pid")"
  ip link set "port$count" master lan up
  # shellcheck disable=SC2016
  address=$(in_node "$count" sh -c '. /etc/dlimage/node.env; echo "$DLIMAGE_ADDRESS/$DLIMAGE_PREFIX_LENGTH"')
  in_node "$count" ip link set lo up
  in_node "$count" ip link set eth0 up
  in_node "$count" ip address add "$address" dev eth0
  mkdir "$root/run/dlimage-vip"
  touch "$root/tmp/swarm"
  mount -t tmpfs tmpfs "$root/mnt/cluster"
  cat >"$root/tmp/docker.py" <<'PYTHON'
import http.server, os, socketserver
class Docker(http.server.BaseHTTPRequestHandler):
    def address_string(self): return 'unix'
    def log_message(self, *args): pass
    def do_GET(self):
        self.send_response(503 if self.path == '/swarm' and not os.path.exists('/tmp/swarm') else 200)
        self.send_header('Content-Length', '0')
        self.end_headers()
socketserver.UnixStreamServer('/run/docker.sock', Docker).serve_forever()
PYTHON
  in_node "$count" python3 /tmp/docker.py &
  until [ -S "$root/run/docker.sock" ]; do sleep 0.1; done
  in_node "$count" python3 -B -c '
import sys
sys.path.insert(0, "/usr/lib/dlimage")
from dlimage_node.docker import Docker
from dlimage_node.health import Health, keep_telling
from dlimage_node.settings import read_settings
keep_telling(Health(read_settings(), Docker()))
' &
  in_node "$count" keepalived --dont-fork --log-console --vrrp &
done >/dev/null 2>&1

# look   sets `holders` to the numbers of the nodes that hold the address.
look() {
  holders=
  for number in $(seq "$count"); do
    if in_node "$number" ip -oneline -4 address show dev eth0 | grep -q ' 192\.168\.1\.253/32 '; then holders="$holders $number"; fi
  done
}

# tell EVENT SECONDS   waits, then prints the event and who holds the address.
tell() {
  sleep "$2"
  look
  echo "$1:$holders"
}

# tell_move EVENT   waits until it is on another node than before, on a busy machine longer, and prints who holds it then.
tell_move() {
  before=$holders
  for _ in $(seq 50); do
    sleep 1
    look
    if [ "$holders" != "$before" ] && [ -n "$holders" ]; then break; fi
  done
  tell "$1" 2
}

tell 'all started' 10
umount "$work/1/root/mnt/cluster"
tell_move '1 lost its storage'
mount -t tmpfs tmpfs "$work/1/root/mnt/cluster"
tell '1 has it back' 9
rm "$work/2/root/run/docker.sock"
tell_move 'Docker of 2 is dead'
in_node 3 rm /tmp/swarm
umount "$work/3/root/mnt/cluster"
tell '3 has no quorum and no storage' 10
in_node 1 rm /tmp/swarm
umount "$work/1/root/mnt/cluster"
tell 'nobody has quorum or storage' 16

# A neighbour says, with the address of another manager, that it is the best there is.
ip address add 192.168.1.200/24 dev lan
cat >"$work/1/root/tmp/forge.py" <<'PYTHON'
import socket, struct, sys, time
source, target, router, address, seconds = sys.argv[1:]
def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
def advert(check): return struct.pack('!BBBBBBH4s8s', 0x21, int(router), 255, 1, 0, 1, check, socket.inet_aton(address), b'')
packet = advert(checksum(advert(0)))
header = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(packet), 1, 0, 255, 112, 0, socket.inet_aton(source), socket.inet_aton(target))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for _ in range(4 * int(seconds)):
    raw.sendto(header + packet, (target, 0))
    time.sleep(0.25)
PYTHON
router=$(sed -n 's/^ *virtual_router_id //p' "$work/1/root/etc/keepalived/keepalived.conf")
forge() { chroot "$work/1/root" python3 /tmp/forge.py 192.168.1.102 192.168.1.101 "$router" 192.168.1.253 "$1" & }
forge 8
tell 'a neighbour forges a better one' 7
wait "$!"

# What keeps it off is the password.
for number in $(seq "$count"); do
  sed -i '/^  authentication {/,/^  }/d' "$work/$number/root/etc/keepalived/keepalived.conf"
  kill -HUP "$(cat "$work/$number/root/run/keepalived.pid")"
done
tell 'without a password' 6
forge 12
tell 'without a password, and forged' 8
