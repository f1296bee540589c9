"""Asks cloud-init's own NoCloud datasource which user-data it takes, for each past of /tmp/pasts.json.

Files are real; volumes, which there are none of in a chroot, and the kernel command line are put in its place.
"""

import json
import os
import shutil

from cloudinit import helpers, util
from cloudinit.sources import DataSourceNoCloud

SEED = "/var/lib/cloud/seed/"


def lay(place, directory):
    """Writes a seed whose user-data is the label of its place."""
    os.makedirs(directory, exist_ok=True)
    texts = {"user-data": place["label"], "meta-data": place["metaData"]}
    for name in place["files"]:
        if place["leadsTo"]:
            os.symlink(os.path.join(os.path.dirname(place["leadsTo"]), name), os.path.join(directory, name))
        else:
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(texts[name])


def prepare(past):
    """Lays the places of a past, and returns those that are volumes, by device."""
    for old in (SEED, "/boot/firmware", "/tmp/volumes", "/tmp/cfg", "/tmp/cfg.d"):
        shutil.rmtree(old, ignore_errors=True)
    for name in ("user-data", "meta-data"):
        if os.path.lexists("/boot/" + name):
            os.unlink("/boot/" + name)
    volumes = {}
    for place in past["places"]:
        for directory in place["directories"]:
            lay(place, directory)
        if place["on"] == "fat":
            device = f"/dev/sda{place['partition']}"
            volumes[device] = place["label"]
            lay(place, "/tmp/volumes" + device)
    os.makedirs("/tmp/cfg.d", exist_ok=True)
    for index, text in enumerate(past["settings"]):
        with open(f"/tmp/cfg.d/{index:02d}.cfg", "w", encoding="utf-8") as file:
            file.write(text)
    return volumes


def ask(past):
    """The label of the place that cloud-init takes, or None."""
    volumes = prepare(past)

    def find(criteria, *_, **__):
        kind, _, value = criteria.partition("=")
        if kind == "TYPE":
            return list(volumes) if value == "vfat" else []
        return [device for device, label in volumes.items() if label == value]

    util.find_devs_with = find
    util.mount_cb = lambda device, callback, data=None, **__: callback("/tmp/volumes" + device, data)
    util.get_cmdline = lambda: past["commandLine"]
    settings = util.read_conf_with_confd("/tmp/cfg")
    if "NoCloud" not in settings.get("datasource_list", ["NoCloud"]):
        return None
    paths = helpers.Paths({"cloud_dir": "/var/lib/cloud", "run_dir": "/run/cloud-init"})
    source = DataSourceNoCloud.DataSourceNoCloud(settings, None, paths)
    try:
        found = source._get_data()
    except Exception:
        return None
    text = util.decode_binary(source.userdata_raw or b"") if found else ""
    return text if text in [place["label"] for place in past["places"]] else None


with open("/tmp/pasts.json", encoding="utf-8") as asked:
    print(json.dumps([ask(past) for past in json.load(asked)]))
