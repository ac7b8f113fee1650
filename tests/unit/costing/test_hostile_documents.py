"""Whatever is made to be expensive is refused by the limit that is there for it, and what just fits is not."""

import pytest
from graphql import get_introspection_query

from api.app import bounds_of
from api.costing import Bounds
from api.domain.errors import Fault, FaultCode
from api.schema.build import build_schema
from api.settings import Settings
from tests.hostile import ATTACKS, Attack

SCHEMA = build_schema()


def asked(text: str, variables: dict[str, object]) -> Fault | None:
    try:
        SCHEMA.documents.of(text).cost(None, variables)
    except Fault as fault:
        return fault
    return None


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_what_is_too_much_is_refused_by_the_limit_that_it_is_made_for(attack: Attack) -> None:
    fault = asked(attack.make(attack.refused), attack.variables(attack.refused))
    assert fault is not None
    assert fault.code is FaultCode.COST_EXCEEDED
    asked_for, allowed = (fault.details[name] for name in ("asked", "allowed"))
    assert fault.details["limit"] == attack.limit
    assert asked_for == (attack.asked or asked_for)
    assert asked_for > allowed  # type: ignore[operator]
    assert str(fault.details["allowed"]) in fault.message


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_what_is_nearly_too_much_is_let_through(attack: Attack) -> None:
    assert asked(attack.make(attack.fits), attack.variables(attack.fits)) is None
    assert SCHEMA.documents.of(attack.make(attack.fits)).wrong is None


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_nothing_of_what_is_refused_by_its_text_is_validated(attack: Attack) -> None:
    known = SCHEMA.documents.of(attack.make(attack.refused))
    if refusal := known.refusal:
        assert known.tree is None
        assert [error.message for error in known.errors] == [refusal.message]


def test_there_is_an_attack_for_each_limit() -> None:
    found = {attack.limit.lower() for attack in ATTACKS}
    assert found == {name.replace("_", "") for name in Bounds.__dataclass_fields__}


def test_the_settings_say_what_is_allowed_where_nothing_is_said() -> None:
    assert bounds_of(Settings()) == Bounds()


def test_the_introspection_of_graphiql_is_let_through() -> None:
    text = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    known = SCHEMA.documents.of(text)
    assert known.errors == []
    # There is room for a schema that is half as large again.
    assert known.cost(None, {}) * 1.5 < Bounds().cost


def test_of_many_errors_the_first_are_told() -> None:
    text = f"{{ viewer {{ {' '.join(f'nme{number}' for number in range(100))} }} }}"
    errors = SCHEMA.documents.of(text).errors
    assert len(errors) == 9
    assert "Too many validation errors" in errors[-1].message


def test_a_number_of_thousands_of_digits_is_not_valid() -> None:
    known = SCHEMA.documents.of(f"{{ matches(first: {'9' * 30_000}) {{ nodes {{ id }} }} }}")
    assert known.cost(None, {}) == 10 + 1 + 100
    assert len(known.errors) == 1


def test_what_is_no_document_is_no_matter_of_cost() -> None:
    known = SCHEMA.documents.of("{ viewer {")
    assert known.cost(None, {}) == 0
    assert known.errors == [known.wrong]
