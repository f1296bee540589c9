# engine.sh   sourced in a node's root: starts the base's own dockerd as the node's drop-in and daemon.json say, on a network
# whose name server never answers. Needs a real root. What it starts ends with the namespaces it is run in.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONPATH=/usr/lib/dlimage:/tmp PYTHONDONTWRITEBYTECODE=1

group=dlimage-test-$$
# mount_cgroups   containers need them; an older machine has one tree a controller.
mount_cgroups() {
  mount -t sysfs sysfs /sys
  if ! grep -q '^[1-9]' /proc/self/cgroup; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    return
  fi
  mount -t tmpfs tmpfs /sys/fs/cgroup
  for names in $(sed -n 's/^[1-9][0-9]*:\([^:]*\):.*/\1/p' /proc/self/cgroup); do
    mkdir "/sys/fs/cgroup/${names#name=}"
    mount -t cgroup -o "$names" cgroup "/sys/fs/cgroup/${names#name=}"
  done
}

# silence   a router that takes everything and answers nothing, also as a name server.
silence() {
  ip route add default via 192.168.1.1 2>/dev/null || true
  ip neighbour replace 192.168.1.1 lladdr 02:00:00:00:00:01 dev "$DLIMAGE_INTERFACE"
  rm -f /etc/resolv.conf
  echo nameserver 192.168.1.1 >/etc/resolv.conf
}

# start_engine OPTION...   returns when it answers.
start_engine() {
  environment=$(sed -n 's/^Environment="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/systemd/system/docker.service.d/dlimage-swarm.conf)
  env "$environment" dockerd --host unix:///run/docker.sock --bridge=none --iptables=false --ip6tables=false \
    --storage-driver=vfs --cgroup-parent="/$group" "$@" >/tmp/dockerd.log 2>&1 &
  engine=$!
  until docker version >/dev/null 2>&1; do
    kill -0 "$engine" || { tail -n 20 /tmp/dockerd.log; exit 1; }
    sleep 0.2
  done
}

# start_second ADDRESS/LENGTH NAME   another machine at the other end of the cable, whose engine calls itself NAME.
start_second() {
  if [ -z "${second_machine:-}" ]; then
    unshare --net --uts sleep 300 >/dev/null 2>&1 &
    second_machine=$!
    sleep 0.5
    ip link set neighbour0 netns "$second_machine"
    in_second ip link set lo up
    in_second ip link set neighbour0 up
    in_second ip address add "$1" dev neighbour0
  fi
  in_second hostname "$2"
  # Not by the function: that would be a shell of its own, and the one to be killed.
  nsenter --net="/proc/$second_machine/ns/net" --uts="/proc/$second_machine/ns/uts" dockerd --host unix:///run/second.sock --data-root /tmp/second --exec-root /run/second --pidfile /run/second.pid \
    --bridge=none --iptables=false --ip6tables=false --storage-driver=vfs --cgroup-parent="/$group" >/tmp/second.log 2>&1 &
  second=$!
  until second_docker version >/dev/null 2>&1; do
    kill -0 "$second" || { tail -n 20 /tmp/second.log; exit 1; }
    sleep 0.2
  done
}
in_second() { nsenter --net="/proc/$second_machine/ns/net" --uts="/proc/$second_machine/ns/uts" "$@"; }
second_docker() { docker --host unix:///run/second.sock "$@"; }
stop_second() { { kill "$second" && wait "$second"; } 2>/dev/null || true; }

# stop_engine   and take away the cgroups, which outlive namespaces.
stop_engine() {
  docker swarm leave --force >/dev/null 2>&1 || true
  kill "$engine" 2>/dev/null && wait "$engine" || true
  find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} + 2>/dev/null || true
}

# make_image NAME   busybox that sleeps, with a file in it that differs from one image to the next.
make_image() {
  tree=$(mktemp -d)
  mkdir -p "$tree/bin"
  cp /usr/bin/busybox "$tree/bin/"
  for library in $(ldd /usr/bin/busybox | grep -o '/[^ ]*'); do
    mkdir -p "$tree$(dirname "$library")"
    cp -L "$library" "$tree$library"
  done
  ln -s busybox "$tree/bin/sleep"
  ln -s busybox "$tree/bin/cat"
  cat /proc/sys/kernel/random/uuid >"$tree/made"
  tar -C "$tree" -c . | docker import --change 'CMD ["/bin/sleep", "100000"]' - "$1" >/dev/null
  rm -r "$tree"
}

# seconds_until_running SERVICE   of its newest task, and a word when it does not come.
seconds_until_running() {
  began=$(date +%s)
  until docker service ps --filter desired-state=running --format '{{.CurrentState}}' "$1" 2>/dev/null | grep -q '^Running'; do
    if [ $(($(date +%s) - began)) -ge 90 ]; then
      docker service ps --no-trunc --format '{{.CurrentState}} {{.Error}}' "$1"
      return
    fi
    sleep 0.2
  done
  echo $(($(date +%s) - began))
}
