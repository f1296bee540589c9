"""dlimage-node: the agent of this node, and how the node is."""

from __future__ import annotations

import argparse
import sys
from typing import List, Optional


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="dlimage-node", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser("status", help="how this node is, what it waits for and since when")
    status.add_argument("--json", action="store_true", help="the same for programs")
    commands.add_parser("take-list", help="take over a newer list of nodes: roster.json of the identity store, on standard input")
    restore = commands.add_parser("restore", help="put back a file as it came with the image")
    restore.add_argument("file", help="its path, as the status shows it")
    commands.add_parser("agent", help="assemble the cluster and keep it so; started by systemd")
    given = parser.parse_args(arguments)
    if given.command == "agent":
        from .loop import run_agent
        from .start import start_world

        world = start_world()
        if world is None:
            return 1
        run_agent(world)
    if given.command == "take-list":
        from .take_list import take_list

        return take_list(sys.stdin.read())
    if given.command == "restore":
        from .restore_command import restore as restore_file

        return restore_file(given.file)
    from .status_command import show_status

    return show_status(as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())
