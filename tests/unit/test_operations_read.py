"""What is read of an operation before it is run."""

import pytest

from api.transport.documents import cursor_variable


@pytest.mark.parametrize(
    ("query", "variable"),
    [
        ("subscription ($from: String) { live(after: $from) { id } }", "from"),
        ("subscription ($from: String = null, $x: Int) { live(x: $x, after: $from) { id } }", "from"),
        ("subscription ($from: String) { live(after: $from) { id other(of: $from) } }", None),
        ("subscription ($from: String) { live(after: $from) { ...f } } fragment f on T { other(of: $from) }", None),
        ('subscription { live(after: "7") { id } }', None),
        ("subscription { live }", None),
        ("{", None),
    ],
)
def test_the_variable_that_says_where_to_begin_is_known_where_it_says_nothing_else(
    query: str, variable: str | None
) -> None:
    assert cursor_variable(query, None) == variable
