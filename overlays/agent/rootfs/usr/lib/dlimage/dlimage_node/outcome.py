"""Results of a stage at the end of a pass."""

from __future__ import annotations


class Outcome:
    """One of those below; `text` completes the sentence "this stage: ..." for a person."""

    state = ""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.text == getattr(other, "text", None)

    def __hash__(self) -> int:
        return hash((type(self), self.text))


class Done(Outcome):
    """All is as it should be."""

    state = "done"


class Noted(Done):
    """All works, but something is as a person made it and not as it was built; the text says what, and how to take it back."""

    state = "noted"


class Waiting(Outcome):
    """Something outside has to happen first; the stage looks again in the next pass."""

    state = "waiting"


class Acted(Outcome):
    """One thing was changed; the next pass starts at once and sees what came of it."""

    state = "acting"


class Stuck(Outcome):
    """A person has to do something; the text says what."""

    state = "stuck"
