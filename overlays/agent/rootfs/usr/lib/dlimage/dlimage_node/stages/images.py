"""Container images that came with the node's image, loaded before services need them."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Set

from ..docker import DockerError
from ..files import read_text
from ..outcome import Acted, Done, Outcome, Waiting
from ..retries import Retries
from ..world import World

LIST = "/etc/dlimage/images.json"
FOLDER = "/var/lib/dlimage/images"


class ImagesStage:
    """Keeps which archives are loaded, and which cannot be, until the agent restarts."""

    def __init__(self) -> None:
        self._loaded: Set[str] = set()
        self._retries = Retries()

    def __call__(self, world: World) -> Outcome:
        images = _wanted()
        if not images:
            return Done("none baked in")
        if world.local_swarm() is None:
            return Waiting("waiting for Docker to start")
        missing = [image for image in images if not self._is_loaded(world, image)]
        if not missing:
            return Done(f"{len(images)} loaded")
        image = next((image for image in missing if self._retries.is_due(_key(image))), None)
        if image is not None:
            problem = _load(world, image)
            if problem == "":
                self._retries.succeeded(_key(image))
                return Acted(f"loaded {_key(image)}")
            self._retries.failed(_key(image), f"{_key(image)} cannot be loaded: {problem}")
        untried = len([one for one in missing if not self._retries.has_failed(_key(one))])
        return Waiting("; ".join([*self._retries.whys, *([f"{untried} more to load"] if untried else [])]))

    def _is_loaded(self, world: World, image: Dict[str, Any]) -> bool:
        """One that was found loaded is asked for again in deep passes only."""
        if _key(image) in self._loaded and not world.deep:
            return True
        if not _is_there(world, image):
            return False
        self._loaded.add(_key(image))
        return True


def _key(image: Dict[str, Any]) -> str:
    return ", ".join(image["references"])


def _load(world: World, image: Dict[str, Any]) -> str:
    """Loads one archive. Returns why that did not work, or ''."""
    try:
        with open(os.path.join(FOLDER, image["file"]), "rb") as archive:
            said = world.docker.load_image(archive)
        # An archive that does not hold what the list says would be loaded again and again.
        return "" if _is_there(world, image) else said or f"{image['file']} does not hold it"
    except (OSError, DockerError) as error:
        return str(error)


def _wanted() -> List[Dict[str, Any]]:
    text = read_text(LIST)
    images: List[Dict[str, Any]] = json.loads(text) if text else []
    return images


def _is_there(world: World, image: Dict[str, Any]) -> bool:
    """Every name leads to an image. A newer one that a person has put under the name stays."""
    return all(world.docker.image(reference) is not None for reference in image["references"])
