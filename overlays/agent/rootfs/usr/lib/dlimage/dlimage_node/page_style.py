"""Looks of the status page: light and dark, wide and on a phone. Every state has a sign and a word beside its colour."""

from __future__ import annotations

SIGNS = {
    **{state: "✓" for state in ("assembled", "done", "ready")},
    **{state: "…" for state in ("assembling", "waiting", "acting", "starting")},
    **{state: "✗" for state in ("stuck", "down", "disconnected", "not in the swarm")},
    **{state: "!" for state in ("incomplete", "noted")},
}
UNKNOWN_SIGN = "?"

TONES = {"✓": "good", "…": "busy", "!": "busy", "✗": "bad", "?": "bad"}

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #1a7f37; --busy: #8a5a00; --bad: #c01c28; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --busy: #d9a02b; --bad: #ff6b62; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 0 auto; padding: 1rem; }
header { border-left: .6rem solid; padding: .5rem 1rem; background: var(--soft); margin-bottom: 1rem; }
header, .state { color: var(--bad); } header.good, .state.good { color: var(--good); }
header.busy, .state.busy { color: var(--busy); }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0; color: CanvasText; }
header p { margin: .2rem 0 0; font-weight: 600; overflow-wrap: anywhere; }
header .then { color: CanvasText; font-weight: 400; }
h2 { font-size: 1rem; margin: 1.5rem 0 .3rem; } a { color: LinkText; }
code { font-size: .9em; } small { opacity: .75; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line); }
thead th { font-weight: 400; font-size: .85rem; opacity: .75; border: 0; padding-bottom: 0; }
tbody th { font-weight: 600; white-space: nowrap; } td { overflow-wrap: anywhere; } .ports a { margin-right: .6rem; }
.state, .since { white-space: nowrap; } .state { font-weight: 600; } .since { opacity: .75; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .5rem 1rem; margin: 0; }
dt { font-size: .85rem; opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .3rem 0; } footer { margin-top: 2rem; }
@media (max-width: 36rem) {
  .stages thead { display: none; }
  .stages tr { display: grid; grid-template-columns: 1fr auto auto; border-top: 1px solid var(--line); padding: .3rem 0; }
  .stages td, .stages th { border: 0; padding: 0 0 0 .8rem; } .stages th { padding-left: 0; }
  .stages td.text { grid-column: 1 / -1; padding-left: 0; }
  dl { grid-template-columns: 1fr 1fr; }
  .wide { display: none; } td, th { padding-right: .5rem; }
}
""".strip()


def sign_of(state: str) -> str:
    """The sign of a state; a question mark for one that nobody knows."""
    return SIGNS.get(state, UNKNOWN_SIGN)


def tone_of(state: str) -> str:
    """`good`, `busy` or `bad`: the class of a state in STYLE."""
    return TONES[sign_of(state)]
