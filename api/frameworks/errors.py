"""What is wrong with a file, and where."""

from pathlib import Path


class BadFile(Exception):  # noqa: N818 - an answer to whoever sent the file
    """A file that cannot be imported. Nothing was changed.

    ``row`` counts from 1, as a spreadsheet shows it; ``sheet`` is None for a file that has none.
    """

    def __init__(
        self, message: str, *, file: Path, sheet: str | None = None, row: int | None = None, column: str | None = None
    ) -> None:
        self.message = message
        self.file = file
        self.sheet = sheet
        self.row = row
        self.column = column
        super().__init__(str(self))

    def __str__(self) -> str:
        place = [
            self.file.name,
            self.sheet and f"sheet {self.sheet!r}",
            self.row and f"row {self.row}",
            self.column and f"column {self.column!r}",
        ]
        return f"{', '.join(part for part in place if part)}: {self.message}"
