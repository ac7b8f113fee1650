"""The code in the documentation, taken out so that tests run what readers will copy."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
_FENCE: Final = re.compile(r"^```(\S+)(?: +(\S+))?$\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A fenced block. Its first line is the language and, where a reader would save it, the name of the file."""

    page: str
    line: int
    language: str
    file: str | None
    text: str


def snippets(page: str) -> list[Snippet]:
    """The blocks of a page, named from the top of the repository, in order."""
    text = (ROOT / page).read_text()
    return [
        Snippet(
            page=page,
            line=text.count("\n", 0, found.start()) + 1,
            language=found[1],
            file=found[2],
            text=found[3],
        )
        for found in _FENCE.finditer(text)
    ]
