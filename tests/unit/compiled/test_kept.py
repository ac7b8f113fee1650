"""What is compiled is kept, and bounded; the text of it holds nothing that somebody wrote."""

from typing import Any

from graphql import DocumentNode, build_schema, execute, get_operation_ast, parse
from graphql.execution.incremental import IncrementalExecutor

from api.compiled import CompiledExecution, CompiledOperations, compile_operation, fragments_of

SCHEMA = build_schema("type Query { name(given: String): String flag: Boolean }")


def asked(operations: CompiledOperations, document: DocumentNode) -> Any:
    operation = get_operation_ast(document)
    assert operation
    return operations.of(SCHEMA, operation, fragments_of(document))


def test_an_operation_is_compiled_once() -> None:
    operations, document = CompiledOperations(), parse("{ name }")
    assert asked(operations, document) is asked(operations, document)


def test_those_that_were_not_asked_for_longest_go_first() -> None:
    operations = CompiledOperations(kept=2)
    first, second, third = (parse(f"{{ {name}: name }}") for name in "abc")
    compiled = [asked(operations, each) for each in (first, second)]
    asked(operations, first)
    asked(operations, third)
    assert len(operations) == 2
    assert asked(operations, first) is compiled[0]
    assert asked(operations, second) is not compiled[1]


def test_only_so_many_fields_are_kept() -> None:
    class Limited(CompiledExecution, IncrementalExecutor):
        compiled_operations = CompiledOperations(fields=10)

    for number in range(20):
        document = parse("{" + " ".join(f"n{number}_{each}: name" for each in range(4)) + "}")
        result: Any = execute(SCHEMA, document, {"name": "Ada"}, executor_class=Limited)
        assert len(result.data) == 4
    assert len(Limited.compiled_operations) == 2


def test_long_documents_and_those_without_a_place_are_left_to_graphql_core() -> None:
    operations = CompiledOperations(longest=20)
    assert asked(operations, parse("{ name flag name flag name }")) is None
    assert asked(operations, parse("{ name }", no_location=True)) is None
    assert len(operations) == 0


def test_the_same_text_parsed_again_is_a_document_of_its_own() -> None:
    operations = CompiledOperations()
    first, second = (asked(operations, parse("{ name }")) for _ in range(2))
    assert first is not second
    assert len(operations) == 1


def test_there_are_only_so_many_shapes() -> None:
    class Limited(CompiledExecution, IncrementalExecutor):
        compiled_operations = CompiledOperations()

    names = [f"v{number}" for number in range(7)]
    text = f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ flag "
    text += " ".join(f"{name}: flag @include(if: ${name})" for name in names) + " }"
    document = parse(text)
    for number in range(2**7):
        variables = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        result: Any = execute(SCHEMA, document, {"flag": True}, variable_values=variables, executor_class=Limited)
        assert set(result.data) == {"flag"} | {name for name, given in variables.items() if given}
    compiled = asked(Limited.compiled_operations, document)
    assert len(compiled._shapes) == 32


def test_nothing_that_somebody_wrote_becomes_code() -> None:
    text = 'query Q($v: String = "import os") { name(given: "__import__(\\"os\\")") b: name(given: $v) class: flag }'
    compiled = compile_operation(SCHEMA, parse(text))
    assert compiled
    source = compiled.source()
    assert "import" not in source
    assert "'class': " in source
