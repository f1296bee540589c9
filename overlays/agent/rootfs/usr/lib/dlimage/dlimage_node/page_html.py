"""The status page as HTML: one page with nothing to load, no script, that asks again by itself."""

from __future__ import annotations

import time
from html import escape
from typing import Any, Dict, List, Sequence

from .cluster_nodes import cluster_nodes, nodes_phrase
from .page_style import STYLE, sign_of, tone_of
from .report import Report, duration, facts

REFRESH_SECONDS = 5
"""While something is not as it should be."""

CALM_REFRESH_SECONDS = 30
"""When all is well. What a reader has opened stays open for that long."""

TLS_PORTS = (443, 8443)


def page_html(report: Report, now: float) -> str:
    """The whole page. Everything that comes from the record is escaped: names and texts are not ours alone."""
    record = report.record
    stages = stages_section(record["stages"], now)
    is_waiting = any(stage["state"] != "done" for stage in record["stages"])
    title = escape(f"{record['node']} of {record['cluster']}" if record["cluster"] else record["node"])
    refresh = CALM_REFRESH_SECONDS if report.state == "assembled" else REFRESH_SECONDS
    body = [
        *header(report, title),
        # What a reader has to know stands first.
        *(stages if is_waiting else []),
        *others_section(record),
        *stacks_section(record),
        *nodes_section(record),
        *([] if is_waiting else stages),
        *facts_section(record),
        *footer(record, now),
    ]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="refresh" content="{refresh}">',
            f"<title>{sign_of(report.state)} {title}: {report.state}</title><style>{STYLE}</style></head><body>",
            *body,
            "</body></html>\n",
        ]
    )


def header(report: Report, title: str) -> List[str]:
    state, nodes = report.state, nodes_phrase(report.record)
    words = f"{state}: {nodes}" if report.assembled and nodes else state
    lines = [f'<header class="{tone_of(state)}"><h1>{title}</h1><p>{sign_of(state)} {escape(words)}</p>']
    if report.state == "unknown":
        lines.append(f'<p class="then">{escape(report.summary)}.</p>')
        lines.append('<p class="then">On the node, <code>sudo systemctl status dlimage-agent</code> tells whether it runs, and ')
        lines.append("<code>sudo journalctl --identifier=dlimage</code> what it did last. What follows is old.</p>")
    elif not report.assembled:
        lines.append(f'<p class="then">{escape(waiting_words(report))}</p>')
    return [*lines, "</header>"]


def waiting_words(report: Report) -> str:
    """Stages that are not done; their own words stand in the table below."""
    stages = [stage for stage in report.record["stages"] if stage["state"] != "done"]
    return "; ".join(f"{stage['stage']} is {stage['state']}" for stage in stages) or report.summary


def stacks_section(record: Dict[str, Any]) -> List[str]:
    stacks = (record["swarm"] or {}).get("stacks") or []
    host = record["vip"]["address"] if record["vip"] else record["address"]
    rows = [
        [
            head(stack["name"]),
            cell(f"{stack['services']} service{'' if stack['services'] == 1 else 's'}"),
            f'<td class="ports">{" ".join(port_link(host, port) for port in stack["ports"]) or "no published port"}</td>',
        ]
        for stack in stacks
    ]
    return ["<h2>Stacks</h2>", table(["Stack", "Services", "Published ports"], rows)] if rows else []


def port_link(host: str, port: Dict[str, Any]) -> str:
    """Only a guess that a port of TCP speaks HTTP, which most do."""
    number = int(port["port"])
    if port["protocol"] != "tcp" or not host:
        return escape(f"{number}/{port['protocol']}")
    scheme = "https" if number in TLS_PORTS else "http"
    return f'<a href="{scheme}://{escape(host)}:{number}/">{number}</a>'


def nodes_section(record: Dict[str, Any]) -> List[str]:
    rows = [node_row(node, record["page_port"]) for node in cluster_nodes(record)]
    lines = ["<h2>Nodes</h2>", table(["Node", "State", "Role", "Availability", "Address"], rows)] if rows else []
    if rows and (record["swarm"] or {}).get("nodes") is None:
        lines.append("<p><small>Which nodes are ready is known to managers that have a majority: see their pages.</small></p>")
    return lines


def node_row(node: Dict[str, Any], port: str) -> List[str]:
    name = escape(node["name"])
    url = f"http://{escape(node['address'])}:{escape(str(port))}/"
    return [
        f'<th><a href="{url}">{name}</a></th>' if node["address"] and port else f"<th>{name}</th>",
        state_cell(node["state"]) if node["state"] else cell("–"),
        cell(f"{node['role']}, leader" if node["leader"] else node["role"]),
        f'<td class="wide">{escape(node["availability"])}</td>',
        f'<td class="wide">{escape(node["address"])}</td>',
    ]


def others_section(record: Dict[str, Any]) -> List[str]:
    """Messages of other nodes that a person should know."""
    rows = [[head(other["node"]), cell(other["text"])] for other in record["others"]]
    return ["<h2>Other nodes say</h2>", table(["Node", "What it says"], rows)] if rows else []


def stages_section(stages: Sequence[Dict[str, Any]], now: float) -> List[str]:
    """Stages that are not done stand open; the rest is one line that can be opened."""
    headings = ["Stage", "State", "For", "What it says"]
    done = [stage for stage in stages if stage["state"] == "done"]
    rows = [stage_row(stage, now) for stage in stages if stage["state"] != "done"]
    lines = ["<h2>Stages</h2>"] if stages else []
    lines += [table(headings, rows, "stages")] if rows else []
    if done:
        words = f"All {len(done)} stages are done" if not rows else f"{len(done)} of {len(stages)} stages are done"
        inside = table(headings, [stage_row(stage, now) for stage in done], "stages")
        lines.append(f"<details><summary>{words}</summary>{inside}</details>")
    return lines


def stage_row(stage: Dict[str, Any], now: float) -> List[str]:
    since = f'<td class="since">{duration(now - stage["since"])}</td>'
    return [head(stage["stage"]), state_cell(stage["state"]), since, f'<td class="text">{escape(stage["text"])}</td>']


def facts_section(record: Dict[str, Any]) -> List[str]:
    if not record["written"]:
        return []
    items = [f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts(record).items()]
    return ["<h2>This node</h2>", f"<dl>{''.join(items)}</dl>"]


def footer(record: Dict[str, Any], now: float) -> List[str]:
    if not record["written"]:
        return []
    written = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(record["written"]))
    return [f"<footer><small>As of {written}, {duration(now - record['written'])} ago.</small></footer>"]


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    named = [f"<th{WIDE if name in ('Availability', 'Address') else ''}>{name}</th>" for name in headings]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<table class="{kind}"><thead><tr>{"".join(named)}</tr></thead><tbody>{body}</tbody></table>'


WIDE = ' class="wide"'
"""Of columns that a phone has no room for."""


def head(text: str) -> str:
    return f"<th>{escape(text)}</th>"


def cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def state_cell(state: str) -> str:
    return f'<td class="state {tone_of(state)}">{sign_of(state)} {escape(state)}</td>'
