"""Lets the programs of a base judge nodes that were rendered.

Runs as root inside the base. Reads one JSON object a line: {"id": ..., "tree": folder with boot/ and root/ of the node,
"own": whether the node will have this base, "unsure": shells that a warning was about}.
Answers one a line: {"id": ..., "complaints": [...]}. Nothing that a program writes for a node lasts.
"""

import ctypes
import glob
import io
import json
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
import traceback

import yaml
from cloudinit import distros
from cloudinit.config.schema import SchemaType, SchemaValidationError, get_schema, validate_cloudconfig_schema
from cloudinit.distros import ug_util

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWNET = 0x20000, 0x4000000, 0x40000000
SEEDS = ("/var/lib/cloud/seed/nocloud", "/srv/boot")
libc = ctypes.CDLL(None, use_errno=True)
unsure_shells = set()
# Read before the first fork: every child has them.
schemas = {
    kind: get_schema(kind) for kind in (SchemaType.CLOUD_CONFIG, SchemaType.NETWORK_CONFIG_V1, SchemaType.NETWORK_CONFIG_V2)
}


def main():
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps({"id": job["id"], "complaints": judge_apart(**job)}), flush=True)


def judge_apart(id, tree, own, unsure):
    """Judges in a process of its own, in the base with the node's files laid over it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        complaints = []
        try:
            enter(tree)
            unsure_shells.update(unsure)
            complaints = [complaint for check in CHECKS + (OWN_CHECKS if own else ()) for complaint in told(check)]
        except BaseException:
            complaints.append("judge.py: " + traceback.format_exc())
        with os.fdopen(writer, "w") as out:
            json.dump(complaints, out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else ["judge.py: died"]


def told(check):
    try:
        return [f"{check.__name__}: {complaint}" for complaint in check()]
    except Exception:
        return [f"{check.__name__}: {traceback.format_exc()}"]


def enter(tree):
    if libc.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    merge_usr(f"{tree}/root")
    work = "/media"
    run("mount", "-t", "tmpfs", "tmpfs", work, must=True)
    for name in ("upper", "work", "root"):
        os.mkdir(f"{work}/{name}")
    layers = f"lowerdir={tree}/root:/,upperdir={work}/upper,workdir={work}/work"
    run("mount", "-t", "overlay", "overlay", "-o", layers, f"{work}/root", must=True)
    run("mount", "-t", "proc", "proc", f"{work}/root/proc", must=True)
    if os.path.isdir(f"{tree}/boot"):
        os.makedirs(f"{work}/root/srv/boot", exist_ok=True)
        run("mount", "--bind", f"{tree}/boot", f"{work}/root/srv/boot", must=True)
    run("mount", "--rbind", "/dev", f"{work}/root/dev", must=True)
    for name in ("run", "tmp"):
        run("mount", "-t", "tmpfs", "tmpfs", f"{work}/root/{name}", must=True)
    os.chroot(f"{work}/root")
    os.chdir("/")
    run("ip", "link", "set", "lo", "up", must=True)
    # Without an address beside that of the loopback, the C library finds no names.
    interface("judge0")
    run("ip", "address", "add", "192.0.2.1/24", "dev", "judge0", must=True)


def merge_usr(root):
    """Files for /bin and its like land in /usr, as on a node: there they are links, which a layer would hide."""
    for name in ("bin", "sbin", "lib"):
        if os.path.isdir(f"{root}/{name}") and not os.path.islink(f"{root}/{name}"):
            shutil.copytree(f"{root}/{name}", f"{root}/usr/{name}", symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(f"{root}/{name}")


def run(*words, must=False, stdin=None):
    result = subprocess.run(words, capture_output=True, text=True, input=stdin, timeout=120)
    if must and result.returncode != 0:
        raise RuntimeError(f"{words}: {result.stderr}")
    return result


def refused(result, ignore=r"^$"):
    """What a program says that ends badly, or says more than it should."""
    said = [line for line in (result.stdout + result.stderr).splitlines() if not re.search(ignore, line)]
    return [f"exit code {result.returncode}: " + " | ".join(said)] if result.returncode or said else []


def seed(name):
    for folder in SEEDS:
        if os.path.exists(f"{folder}/{name}"):
            with open(f"{folder}/{name}") as file:
                return file.read()
    return None


def settings():
    """node.env as the shell reads it."""
    text = run("sh", "-euc", "set -a; . /etc/dlimage/node.env; env -0", must=True).stdout
    return dict(pair.split("=", 1) for pair in text.split("\0") if "=" in pair)


def cloud_init_schema():
    for name, kinds in (
        ("user-data", {None: SchemaType.CLOUD_CONFIG}),
        ("network-config", {1: SchemaType.NETWORK_CONFIG_V1, 2: SchemaType.NETWORK_CONFIG_V2}),
    ):
        text = seed(name)
        if text is None:
            continue
        tree = yaml.safe_load(text)
        kind = kinds[tree.get("version") if name == "network-config" else None]
        try:
            validate_cloudconfig_schema(tree, schema=schemas[kind], schema_type=kind, strict=True, strict_metaschema=False)
        except SchemaValidationError as problem:
            yield f"{name}: {problem}"


def netplan():
    tree = yaml.safe_load(seed("network-config") or "null")
    if not tree or tree.get("version") != 2:
        return
    for path in glob.glob("/etc/netplan/*.yaml"):
        os.unlink(path)
    with open(os.open("/etc/netplan/50-cloud-init.yaml", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        yaml.safe_dump({"network": tree}, file)
    yield from refused(run("netplan", "generate"), ignore=r"^$|^Running in chroot, ignoring")


def interface(name):
    run("ip", "link", "add", name, "type", "veth", must=True)
    run("ip", "link", "set", name, "up", must=True)


def keepalived():
    if not os.path.exists("/etc/keepalived/keepalived.conf"):
        return
    node = settings()
    interface(node["DLIMAGE_INTERFACE"])
    run(
        "ip",
        "address",
        "add",
        f"{node['DLIMAGE_ADDRESS']}/{node['DLIMAGE_PREFIX_LENGTH']}",
        "dev",
        node["DLIMAGE_INTERFACE"],
        must=True,
    )
    os.makedirs("/run/dlimage-vip", exist_ok=True)
    yield from refused(run("keepalived", "--config-test", "--use-file", "/etc/keepalived/keepalived.conf"))


def dockerd():
    if os.path.exists("/etc/docker/daemon.json"):
        yield from refused(run("dockerd", "--validate"), ignore=r"^$|^configuration OK$")


def stacks():
    if not os.path.exists("/etc/dlimage/stacks.json"):
        return
    with open("/etc/dlimage/stacks.json") as file:
        text = json.load(file)
    for stack in text if isinstance(text, list) else text.get("stacks", []):
        files = stack.get("files") or [stack["file"]]
        named = [word for path in files for word in ("--compose-file", os.path.join("/etc/dlimage/stacks", path))]
        result = run("docker", "stack", "config", *named)
        if result.returncode != 0:
            yield from refused(result)


def sshd():
    os.makedirs("/run/sshd", exist_ok=True)
    yield from refused(run("sshd", "-t"))


def users():
    config = yaml.safe_load(seed("user-data"))
    complaints = io.StringIO()
    handler = logging.StreamHandler(complaints)
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    distro = distros.fetch("debian")("debian", {}, None)
    people, groups = ug_util.normalize_users_groups(config, distro)
    for name, members in groups.items():
        distro.create_group(name, members)
    for name, how in people.items():
        try:
            distro.create_user(name, **dict(how))
        except Exception as problem:
            yield f"create_user {name}: {problem!r}"
    if complaints.getvalue():
        yield complaints.getvalue()
    # Read anew: cloud-init has taken the names out.
    for one in yaml.safe_load(seed("user-data"))["users"]:
        yield from person(one)


def person(wanted):
    name = wanted["name"]
    line = run("getent", "passwd", name).stdout.strip().split(":")
    if len(line) != 7:
        yield f"there is no user {name}"
        return
    if "uid" in wanted and line[2] != str(wanted["uid"]):
        yield f"{name} has uid {line[2]}, not {wanted['uid']}"
    if not os.access(line[6], os.X_OK) and line[6] not in unsure_shells:
        yield f"{name} has no shell {line[6]}"
    belongs = run("id", "-Gn", name).stdout.split()
    yield from (f"{name} is not in group {group}" for group in wanted.get("groups", []) if group not in belongs)
    keys = wanted.get("ssh_authorized_keys", [])
    listed = run("ssh-keygen", "-l", "-f", f"{line[5]}/.ssh/authorized_keys").stdout.splitlines()
    if len(listed) != len(keys):
        yield f"{name} has {len(listed)} usable keys of {len(keys)}"


def names():
    """Every node is found by its name, as GlusterFS and ssh look for it."""
    with open("/etc/hosts") as file:
        lines = [line.split("#")[0].split() for line in file]
    with open("/etc/hostname") as file:
        hostname = file.read().strip()
    named = [line for line in lines if line]
    # Of thousands, those at either end: their forms do not differ in between.
    for address, *aliases in named[:25] + named[25:][-5:]:
        for alias in aliases:
            if ":" in address or alias == hostname:
                continue
            found = run("getent", "ahostsv4", alias).stdout.split()
            if found[:1] != [address]:
                yield f"{alias} is {found[:1]}, not {address}"


def place():
    config = yaml.safe_load(seed("user-data"))
    zone = config.get("timezone")
    if zone and not os.path.isfile(f"/usr/share/zoneinfo/{zone}"):
        yield f"no time zone {zone}"
    locale = config.get("locale")
    # "false": cloud-init leaves it as the image has it.
    if locale and locale not in ("C.UTF-8", "false"):
        # locale-gen makes it of the file that is named like it, without the character set. That this is so, and that
        # such a name is taken afterwards, locales.test.ts tries with the program itself, which takes seconds for each.
        place, _, charset = locale.partition(".")
        if charset:
            place += "".join(charset.partition("@")[1:])
        if not os.path.isfile(f"/usr/share/i18n/locales/{place}"):
            yield f"no locale {locale}"


def chrony():
    if os.path.exists("/etc/chrony/chrony.conf"):
        result = run("chronyd", "-p", "-f", "/etc/chrony/chrony.conf")
        said = [line for line in (result.stdout + result.stderr).splitlines() if re.search("invalid|fatal|could not", line, re.I)]
        yield from said


def environment():
    """The shell and systemd read the same from node.env."""
    mine = {key: value for key, value in settings().items() if key.startswith("DLIMAGE_")}
    with open("/etc/dlimage/node.env") as file:
        names_there = re.findall(r"^(DLIMAGE_\w+)=", file.read(), re.M)
    for name in names_there:
        if name not in mine:
            yield f"{name} is not set in a shell"
    if not mine.get("DLIMAGE_NODE"):
        yield "node.env has no DLIMAGE_NODE: " + shlex.quote(str(mine))


CHECKS = (cloud_init_schema, netplan, keepalived, dockerd, stacks, sshd, users, names, chrony, environment)
# What other releases have more or less of.
OWN_CHECKS = (place,)

if __name__ == "__main__":
    main()
