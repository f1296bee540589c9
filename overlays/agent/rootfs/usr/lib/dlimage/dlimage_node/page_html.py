"""The status page as HTML: one page with nothing to load, no script, that asks again by itself."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, List, Sequence

from .report import Report, duration, facts, swarm_nodes

REFRESH_SECONDS = 5

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --busy: #9a6700; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --busy: #d29922; --bad: #f85149; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
p { margin: .3rem 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; } td { overflow-wrap: anywhere; }
.state { font-weight: 600; white-space: nowrap; color: var(--bad); }
.done, .assembled { color: var(--good); } .waiting, .acting, .assembling { color: var(--busy); }
.since { white-space: nowrap; opacity: .7; }
""".strip()


def page_html(report: Report, now: float) -> str:
    """The whole page. Everything that comes from the record is escaped: names and texts are not ours alone."""
    record = report.record
    title = escape(f"{record['node']} of {record['cluster']}" if record["cluster"] else record["node"])
    body = [f'<h1>{title} <span class="state {report.state}">{report.state}</span></h1>']
    if report.state != "assembled":
        body.append(f"<p>{escape(report.summary)}</p>")
    if record["written"]:
        body.append(table([[head(name), cell(value)] for name, value in facts(record).items()]))
    if record["stages"]:
        body += ["<h2>Stages</h2>", table([stage_row(stage, now) for stage in record["stages"]])]
    nodes = swarm_nodes(record)
    if nodes:
        body += ["<h2>Swarm</h2>", table([node_row(node) for node in nodes])]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">',
            f"<title>{title}: {report.state}</title><style>{STYLE}</style></head><body>",
            *body,
            "</body></html>\n",
        ]
    )


def stage_row(stage: Dict[str, Any], now: float) -> List[str]:
    since = f'<td class="since">{duration(now - stage["since"])}</td>'
    return [head(stage["stage"]), state_cell(stage["state"]), since, cell(stage["text"])]


def node_row(node: Dict[str, Any]) -> List[str]:
    role = f"{node['role']}, leader" if node["leader"] else node["role"]
    state = "done" if node["state"] == "ready" else "bad"
    return [
        head(node["name"]),
        f'<td class="state {state}">{escape(node["state"])}</td>',
        cell(role),
        cell(node["availability"]),
    ]


def table(rows: Sequence[Sequence[str]]) -> str:
    return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "</table>"


def head(text: str) -> str:
    return f"<th>{escape(text)}</th>"


def cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def state_cell(state: str) -> str:
    return f'<td class="state {escape(state)}">{escape(state)}</td>'
