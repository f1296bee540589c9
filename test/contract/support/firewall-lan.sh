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
echo "port 80: $(ask "$stranger" 80)"
python3 /tmp/listen.py 80 &
service=$!
sleep 1
nft add element inet dlimage open_tcp '{ 80 }'
echo "port 80 with a service: $(ask "$stranger" 80)"
kill "$service"
sleep 0.5
echo "port 80 without it: $(ask "$stranger" 80)"
kill "$listeners" "$lan"
