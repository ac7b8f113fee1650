"""The findings as one table, on the terminal and in Markdown."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from soak.checker import Finding
from soak.history import History


def show(title: str, findings: Sequence[Finding], history: History) -> None:
    """Print everything that matters about a run."""
    table = Table(title=title, title_justify="left")
    for heading in ("promise", "bar", "seen", "kept"):
        table.add_column(heading)
    for finding in findings:
        mark = "yes" if finding.kept else "[bold red]NO[/]"
        table.add_row(finding.promise, finding.bar, finding.seen, mark)
    console = Console(width=120)
    console.print(table)
    console.print(_what_happened(history))
    for wrong in history.wrong_answers[:10]:
        console.print(f"wrong answer: {wrong}", markup=False)
    for fault in history.logged[:10]:
        console.print(f"logged: {fault}", markup=False)


def markdown(title: str, findings: Sequence[Finding], history: History) -> str:
    """The same, for a page."""
    head = [f"### {title}", "", "| promise | bar | seen | kept |", "|---|---|---|---|"]
    rows = [f"| {each.promise} | {each.bar} | {each.seen} | {'yes' if each.kept else 'NO'} |" for each in findings]
    return "\n".join([*head, *rows, "", _what_happened(history), ""])


def _what_happened(history: History) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(history.faults.items()))
    return (
        f"Broken: {kinds}. Meanwhile {history.retries:,} questions were asked again and devices came back "
        f"{history.resumes:,} times."
    )
