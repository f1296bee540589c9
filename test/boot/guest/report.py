"""Tells the boot test what this node looks like from inside, in one line on the console.

Collects and never judges: what is right is decided by the test. A fact that cannot be collected becomes
{"error": "..."} in its place, so that one missing program does not hide all the others.
"""

import glob
import json
import os
import pwd
import re
import subprocess
import time

SETTLE_SECONDS = 900
PROGRAM_SECONDS = 240
ROLES_SECONDS = 60


def run(*command, timeout=PROGRAM_SECONDS):
    """Standard output of a program, or its error as an exception."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit code {result.returncode}: {result.stderr.strip()[-300:]}")
    return result.stdout


def lines(*command, **options):
    return [line for line in run(*command, **options).splitlines() if line.strip()]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().strip()


def settle():
    """Waits until cloud-init has ended and systemd has nothing left to start."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while not os.path.exists("/var/lib/cloud/data/result.json") and time.monotonic() < deadline:
        time.sleep(1)
    left = max(1, deadline - time.monotonic())
    # Exit code 1 means "degraded", which is a finding and no failure.
    return subprocess.run(
        ["systemctl", "is-system-running", "--wait"], capture_output=True, text=True, timeout=left
    ).stdout.strip()


def journal(pattern, *options):
    return [line for line in lines("journalctl", "-b", "-o", "cat", "-q", *options) if re.search(pattern, line)]


def unit(name):
    shown = run("systemctl", "show", name, "-p", "ActiveState,SubState,NRestarts,LoadState")
    return dict(line.split("=", 1) for line in shown.splitlines())


def started_again():
    """Units of ours that do their work once at a start, and were started more than once in this one."""
    # Source of the number: systemd's catalog, "A start job for unit @UNIT@ has begun execution"
    begun = lines("journalctl", "-b", "-q", "-o", "json", "MESSAGE_ID=7d4958e842da4a758f6c1cdc7b36dcc5")
    names = [json.loads(line).get("UNIT", "") for line in begun]
    ours = sorted({name for name in names if name.startswith("dlimage-") and names.count(name) > 1})
    return [name for name in ours if run("systemctl", "show", name, "-p", "Type").strip() == "Type=oneshot"]


def boot():
    return {
        "id": read("/proc/sys/kernel/random/boot_id"),
        "commandLine": read("/proc/cmdline"),
        "seconds": float(read("/proc/uptime").split()[0]),
        "analysis": lines("systemd-analyze", "time"),
        "slowest": lines("systemd-analyze", "blame", "--no-pager")[:15],
        "failedUnits": [line.split()[0] for line in lines("systemctl", "--failed", "--plain", "--no-legend")],
        "startedAgain": started_again(),
        "complaints": journal(
            r"ordering cycle|Dependency failed|Failed to (start|mount)|Timed out waiting|Unknown key|ignoring", "-t", "systemd"
        ),
        "errors": lines("journalctl", "-b", "-p", "err", "-q", "-o", "short-monotonic", "--no-hostname"),
    }


def network():
    return {
        "addresses": [
            {"interface": link["ifname"], "address": info["local"], "prefixLength": info["prefixlen"]}
            for link in json.loads(run("ip", "-j", "-4", "address"))
            for info in link["addr_info"]
        ],
        "defaultRoutes": [
            {"gateway": route.get("gateway"), "interface": route["dev"]}
            for route in json.loads(run("ip", "-j", "-4", "route", "show", "default"))
        ],
        "nameservers": re.findall(r"^nameserver (\S+)", read("/etc/resolv.conf"), re.M),
    }


def ssh():
    settings = dict(line.split(" ", 1) for line in lines("/usr/sbin/sshd", "-T") if " " in line)
    return {
        "hostKeys": [read(path) for path in sorted(glob.glob("/etc/ssh/ssh_host_*_key.pub"))],
        "settings": {
            name: settings.get(name) for name in ("passwordauthentication", "kbdinteractiveauthentication", "permitrootlogin")
        },
    }


def users():
    """root and everyone who is no system user."""
    hashes = {fields[0]: fields[1] for fields in (line.split(":") for line in read("/etc/shadow").splitlines())}
    people = [user for user in pwd.getpwall() if user.pw_uid == 0 or 1000 <= user.pw_uid < 60000]
    return [
        {
            "name": user.pw_name,
            "uid": user.pw_uid,
            "shell": user.pw_shell,
            "groups": run("id", "-Gn", user.pw_name).split(),
            "hasPassword": hashes.get(user.pw_name, "*")[:1] not in ("!", "*"),
            "authorizedKeys": keys_of(user),
            "sudoWithoutPassword": "NOPASSWD: ALL" in run("sudo", "-l", "-U", user.pw_name),
        }
        for user in people
    ]


def keys_of(user):
    path = f"{user.pw_dir}/.ssh/authorized_keys"
    return read(path).splitlines() if os.path.exists(path) else []


def root():
    source = run("findmnt", "-no", "SOURCE", "/").strip()
    partition = os.path.realpath(f"/sys/class/block/{os.path.basename(os.path.realpath(source))}")
    size = os.statvfs("/")
    return {
        "source": source,
        "diskBytes": int(read(f"{os.path.dirname(partition)}/size")) * 512,
        "partitionBytes": int(read(f"{partition}/size")) * 512,
        "filesystemBytes": size.f_blocks * size.f_frsize,
        "freeBytes": size.f_bavail * size.f_frsize,
    }


def docker():
    info = json.loads(run("docker", "info", "--format", "{{json .}}"))
    version = json.loads(run("docker", "version", "--format", "{{json .}}"))
    return {
        **unit("docker.service"),
        "version": version["Server"]["Version"],
        "storageDriver": info["Driver"],
        "memoryLimit": info["MemoryLimit"],
        "swarm": info["Swarm"]["LocalNodeState"],
        "warnings": info.get("Warnings") or [],
        "engineName": info["Name"],
    }


def glusterd():
    """The daemon's own files for what is baked, its command line tool for what it made of them."""
    info = dict(line.split("=", 1) for line in read("/var/lib/glusterd/glusterd.info").splitlines())
    peers = [
        dict(line.split("=", 1) for line in read(path).splitlines()) for path in sorted(glob.glob("/var/lib/glusterd/peers/*"))
    ]
    return {
        **unit("glusterd.service"),
        "uuid": info["UUID"],
        "peers": [{"uuid": peer["uuid"], "hostname": peer["hostname1"]} for peer in peers],
        "pool": [line.split() for line in lines("gluster", "--mode=script", "pool", "list")[1:]],
    }


def keepalived():
    """Waits for the role, since an election takes some advertisement intervals."""
    deadline = time.monotonic() + ROLES_SECONDS
    while True:
        roles = journal(r"Entering \w+ STATE", "-u", "keepalived")
        if roles or time.monotonic() > deadline:
            break
        time.sleep(2)
    role = re.search(r"Entering (\w+) STATE", roles[-1]).group(1) if roles else None
    return {**unit("keepalived.service"), "role": role}


def agent():
    """Waits until the agent has looked at all that came with the image."""
    deadline = time.monotonic() + ROLES_SECONDS
    while True:
        stages = {stage["stage"]: stage for stage in json.loads(read("/run/dlimage/status.json"))["stages"]}
        files = stages.get("files", {"state": "", "text": ""})
        if files["state"] in ("done", "noted", "stuck") or time.monotonic() > deadline:
            noted = [f"{name}: {stage['text']}" for name, stage in stages.items() if stage["state"] == "noted"]
            return {"files": files["text"], "noted": noted}
        time.sleep(2)


def cloud_init():
    result = json.loads(read("/var/lib/cloud/data/result.json"))["v1"]
    status = json.loads(read("/var/lib/cloud/data/status.json"))["v1"]
    stages = [stage for stage in status.values() if isinstance(stage, dict)]
    semaphores = glob.glob("/var/lib/cloud/instance/sem/*")
    return {
        "datasource": result["datasource"],
        "errors": result["errors"],
        "recoverableErrors": [stage["recoverable_errors"] for stage in stages if stage.get("recoverable_errors")],
        "instanceId": read("/var/lib/cloud/data/instance-id"),
        "warnings": [
            line for line in read("/var/log/cloud-init.log").splitlines() if re.search(r"\[?(WARNING|ERROR|CRITICAL)\]?:", line)
        ],
        # Once-per-instance modules leave a stamp each; the newest tells when they last ran.
        "configuredAt": int(max(os.path.getmtime(path) for path in semaphores)),
    }


def files(state):
    return {
        "systemState": state,
        "hostname": run("hostname").strip(),
        "hosts": [line.split() for line in read("/etc/hosts").splitlines() if line and not line.startswith("#")],
        "timezone": run("timedatectl", "show", "-p", "Timezone", "--value").strip(),
        "machineId": read("/etc/machine-id"),
        "nodeEnvironment": read("/etc/dlimage/node.env").splitlines(),
        "memoryCgroup": "memory" in read("/sys/fs/cgroup/cgroup.controllers").split(),
        "cpusetCgroup": "cpuset" in read("/sys/fs/cgroup/cgroup.controllers").split(),
        "architecture": os.uname().machine,
        "kernel": os.uname().release,
    }


def collect(fact, *arguments):
    try:
        return fact(*arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    state = collect(settle)
    facts = {
        "node": collect(files, state),
        "network": collect(network),
        "ssh": collect(ssh),
        "users": collect(users),
        "root": collect(root),
        "docker": collect(docker),
        "glusterd": collect(glusterd),
        "keepalived": collect(keepalived),
        "chrony": collect(unit, "chrony.service"),
        "cloudInit": collect(cloud_init),
        "agent": collect(agent),
        "boot": collect(boot),
    }
    say(f"DLIMAGE-VERDICT {json.dumps(facts, separators=(',', ':'))}")


def say(line):
    """One write, while the kernel is kept from printing into it."""
    with open("/proc/sys/kernel/printk", "r+", encoding="ascii") as levels:
        before = levels.read()
        levels.write("1")
        levels.flush()
        with open("/dev/console", "wb", buffering=0) as console:
            rest = f"\n{line}\n".encode()
            while rest:
                rest = rest[console.write(rest) :]
        levels.write(before)


if __name__ == "__main__":
    main()
