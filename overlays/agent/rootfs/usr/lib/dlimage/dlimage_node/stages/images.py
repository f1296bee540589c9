"""Container images that came with the node's image, loaded before services need them."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List

from ..files import read_text
from ..outcome import Acted, Done, Outcome, Waiting
from ..world import World

LIST = "/etc/dlimage/images.json"
FOLDER = "/var/lib/dlimage/images"

_loaded: Dict[str, bool] = {}
"""Archives that this process has loaded or found loaded; an engine may count its ids otherwise than the archive."""


def step(world: World) -> Outcome:
    images = _wanted()
    if not images:
        return Done("none baked in")
    if world.local_swarm() is None:
        return Waiting("waiting for Docker to start")
    for image in images:
        if image["file"] in _loaded and not world.deep:
            continue
        if _is_there(world, image):
            _loaded[image["file"]] = True
            continue
        with open(os.path.join(FOLDER, image["file"]), "rb") as archive:
            world.docker.load_image(archive)
        _loaded[image["file"]] = True
        return Acted(f"loaded {', '.join(image['references'])}")
    return Done(f"{len(images)} loaded")


def _wanted() -> List[Dict[str, Any]]:
    text = read_text(LIST)
    return json.loads(text) if text else []


def _is_there(world: World, image: Dict[str, Any]) -> bool:
    """Every name leads to an image, and to this one as far as ids tell. A newer one that a person has put under the
    name stays."""
    found = [world.docker.image(reference) for reference in image["references"]]
    return all(one is not None for one in found)
