#!/bin/sh
# firewall-lan.sh PEER STRANGER   runs on a node (see enter-node.sh), with nothing but a network of its own. Loads the
# firewall as its unit does, listens on the ports below, and prints from which of the two addresses each is reached.
set -eu
peer=$1 stranger=$2
. /etc/dlimage/node.env
export PYTHONPATH=/usr/lib/dlimage

# A rule of somebody else, which has to outlive ours.
nft 'table ip docker_like { chain forward { type filter hook forward priority filter; counter; }; }'
for _ in 1 2; do
  nft --file /usr/lib/dlimage/firewall.nft
  python3 -m dlimage_node.firewall
done
echo "other tables: $(nft list tables | grep -c docker_like)"

# The other end of the cable: a network namespace with both addresses.
unshare --net sleep 300 &
lan=$!
sleep 0.3
ip link set neighbour0 netns "$lan"
on_lan() { nsenter --net="/proc/$lan/ns/net" "$@"; }
on_lan ip link set neighbour0 up
on_lan ip address add "$peer/$DLIMAGE_PREFIX_LENGTH" dev neighbour0
on_lan ip address add "$stranger/$DLIMAGE_PREFIX_LENGTH" dev neighbour0

# Containers: a bridge as Docker makes it, with a namespace on it whose words leave under the node's address.
unshare --net sleep 300 &
container=$!
sleep 0.3
# bridge NAME ADDRESS CONTAINER   with the container's address
bridge() {
  ip link add "$1" type bridge
  ip address add "$2/24" dev "$1"
  ip link set "$1" up
  ip link add "$1.h" type veth peer name "$1.c"
  ip link set "$1.h" master "$1" up
  ip link set "$1.c" netns "$container"
  in_container ip link set "$1.c" up
  in_container ip address add "$3/24" dev "$1.c"
}
in_container() { nsenter --net="/proc/$container/ns/net" "$@"; }
bridge docker0 172.17.0.1 172.17.0.2
bridge br0 10.77.0.1 10.77.0.2
in_container ip route add default via 172.17.0.1
sysctl --quiet net.ipv4.ip_forward=1
nft 'table ip docker_like { chain out { type nat hook postrouting priority srcnat; ip saddr 172.17.0.0/16 masquerade; }; }'

cat >/tmp/listen.py <<'PYTHON'
import socketserver, sys, threading
class Answer(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall(self.server.name)
socketserver.TCPServer.allow_reuse_address = True
for port in sys.argv[1:]:
    server = socketserver.TCPServer(('0.0.0.0', int(port)), Answer)
    server.name = b'page' if port == '9280' else b'service'
    threading.Thread(target=server.serve_forever).start()
PYTHON
# ask.py SOURCE TARGET PORT...   prints the ports that answer and, asked for a single one, what it says.
cat >/tmp/ask.py <<'PYTHON'
import concurrent.futures, socket, sys
source, target, *ports = sys.argv[1:]
def answer(port):
    try:
        with socket.create_connection((target, int(port)), timeout=2, source_address=(source, 0)) as connection:
            return connection.recv(20).decode()
    except OSError:
        return ''
with concurrent.futures.ThreadPoolExecutor(20) as pool:
    answers = dict(zip(ports, pool.map(answer, ports)))
print(answers[ports[0]] if len(ports) == 1 else ' '.join(port for port in ports if answers[port]))
PYTHON
ask() {
  source=$1
  shift
  on_lan python3 /tmp/ask.py "$source" "$DLIMAGE_ADDRESS" "$@"
}

set -- 22 53 2375 2377 7946 9280 24007 49152 60999 61000
python3 /tmp/listen.py "$@" &
listeners=$!
sleep 1
echo "a peer: $(ask "$peer" "$@")"
echo "a stranger: $(ask "$stranger" "$@")"
ports="$*"
from_container() { in_container python3 /tmp/ask.py "$@"; }
# The virtual IP is on this node, too.
ip address add "$DLIMAGE_VIP/32" dev "$DLIMAGE_INTERFACE"
echo "a container: $(from_container 172.17.0.2 "$DLIMAGE_ADDRESS" $ports)"
echo "a container, by the virtual IP: $(from_container 172.17.0.2 "$DLIMAGE_VIP" $ports)"
echo "a bridge made by hand: $(from_container 10.77.0.2 10.77.0.1 $ports)"
on_lan python3 /tmp/listen.py $ports &
remote=$!
sleep 1
echo "a container, of another node: $(from_container 172.17.0.2 "$peer" $ports)"
echo "a container, of a stranger: $(from_container 172.17.0.2 "$stranger" $ports)"
kill "$remote"
# heard WHERE TARGET   the datagrams and raw packets of a container that arrive there
cat >/tmp/heard.py <<'PYTHON'
import socket, sys, time
kinds = {'vxlan': (socket.SOCK_DGRAM, 17, 4789), 'gossip': (socket.SOCK_DGRAM, 17, 7946), 'dns': (socket.SOCK_DGRAM, 17, 53)}
raw = {'vrrp': 112, 'esp': 50}
open_, heard = {}, []
for name, (kind, number, port) in kinds.items():
    open_[name] = socket.socket(socket.AF_INET, kind)
    open_[name].bind(('0.0.0.0', port))
for name, number in raw.items():
    open_[name] = socket.socket(socket.AF_INET, socket.SOCK_RAW, number)
print('listening', flush=True)
time.sleep(2)
for name, one in open_.items():
    one.setblocking(False)
    try:
        one.recv(100)
        heard.append(name)
    except BlockingIOError:
        pass
print(*heard)
PYTHON
cat >/tmp/speak.py <<'PYTHON'
import socket, sys
for port in (4789, 7946, 53):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x' * 40, (sys.argv[1], port))
for number in (112, 50):
    socket.socket(socket.AF_INET, socket.SOCK_RAW, number).sendto(b'x' * 40, (sys.argv[1], 0))
PYTHON
heard() {
  "$1" python3 /tmp/heard.py >/tmp/heard &
  listener=$!
  until grep -q listening /tmp/heard; do sleep 0.1; done
  in_container python3 /tmp/speak.py "$2"
  wait "$listener"
  tail -n 1 /tmp/heard
}
echo "datagrams of a container to its node: $(heard env "$DLIMAGE_ADDRESS")"
echo "datagrams of a container to another node: $(heard on_lan "$peer")"
echo "port 80: $(ask "$stranger" 80)"
python3 /tmp/listen.py 80 &
service=$!
sleep 1
nft add element inet dlimage open_tcp '{ 80 }'
echo "port 80 with a service: $(ask "$stranger" 80)"
kill "$service"
sleep 0.5
echo "port 80 without it: $(ask "$stranger" 80)"
kill "$listeners" "$lan" "$container"
