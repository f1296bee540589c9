"""Asks the cloud-init of a base what it would make of images.

Runs as root inside the base, beside judge.py. Reads one JSON object a line: {"id": ..., "tree": folder with root/ of the
image, "command_line": words for the kernel, "volumes": [{"type", "label", "folder"}] of its FAT partitions, whose folders
lie in root/}. Answers one a line: {"id", "enabled", "instance", "hostname", "users", "network", "other"}, or {"id", "error"}.
"""

import json
import os
import sys
import traceback

from cloudinit import sources, stages, util
from cloudinit.config.modules import Modules
from cloudinit.distros import ug_util
from cloudinit.settings import PER_ALWAYS
from judge import enter, run

# What the image does not have, the base that lends its programs must not give it.
OF_THE_IMAGE = ("/etc/cloud/cloud.cfg.d", "/etc/cloud/ds-identify.cfg", "/etc/netplan", "/var/lib/cloud")


def main():
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps({"id": job["id"], **apart(job)}), flush=True)


def apart(job):
    """Reads in a process of its own, in the base with the image's files laid over it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = reading(**job)
        except BaseException:
            answer = {"error": traceback.format_exc()}
        with os.fdopen(writer, "w") as out:
            json.dump(answer, out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"error": "read_seed.py: died"}


def reading(id, tree, command_line, volumes):
    own = {path[len(tree + "/root") :] for path in files_below(tree + "/root")}
    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
    enter(tree)
    for place in OF_THE_IMAGE:
        for path in [place] if os.path.isfile(place) else files_below(place):
            if path not in own:
                os.unlink(path)
    fake_volumes(volumes)
    os.environ["DEBUG_PROC_CMDLINE"] = command_line
    with open("/tmp/cmdline", "w") as file:
        file.write(command_line)
    identified = run("env", "PATH_PROC_CMDLINE=/tmp/cmdline", "/usr/lib/cloud-init/ds-identify")
    return {"enabled": identified.returncode == 0, **read()}


def files_below(folder):
    return [os.path.join(above, name) for above, _, names in os.walk(folder) for name in names]


def fake_volumes(volumes):
    def find(criteria=None, **_):
        key, _, value = (criteria or "").partition("=")
        wanted = {"TYPE": "type", "LABEL": "label"}.get(key)
        return [one["folder"] for one in volumes if one.get(wanted) == value]

    util.find_devs_with = find
    util.mount_cb = lambda device, callback, data=None, **_: callback(device, data)


def read():
    init = stages.Init(ds_deps=[sources.DEP_FILESYSTEM])
    init.read_cfg(())
    init.initialize()
    init.fetch(existing="check")
    init.instancify()
    init.update()
    init.consume_data(PER_ALWAYS)
    settings = Modules(init, ()).cfg
    network, _ = init._find_networking_config()
    users, _ = ug_util.normalize_users_groups(settings, init.distro)
    return {
        "instance": init.datasource.get_instance_id(),
        "hostname": util.get_hostname_fqdn(settings, init.cloudify()).hostname,
        "users": sorted(users),
        "network": json.dumps(network),
        "other": sorted(key for key in ("bootcmd", "runcmd", "write_files") if settings.get(key)),
    }


if __name__ == "__main__":
    main()
