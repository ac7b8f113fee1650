"""What is answered from memory by a schema like the others', executed as the service does it: no token, no database."""

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.schema.config import StrawberryConfig

from api.schema.execution import CompiledSchema, execution
from api.transport.operations import AT_ONCE
from api.transport.requests import read_request
from bench.apps.strawberry_memory import Query

_schema = CompiledSchema(
    query=Query,
    execution_context_class=execution(compiled=True),
    config=StrawberryConfig(enable_experimental_incremental_execution=True),
)


async def _answer(request: Request) -> Response:
    asked = await read_request(request)
    result = await _schema.answer(
        asked.query or "",
        context_value=None,
        variable_values=asked.variables,
        operation_name=asked.name,
        operation_extensions=None,
        allowed_operation_types=AT_ONCE,
    )
    answer = {"data": result.data, **({"errors": [str(each) for each in result.errors]} if result.errors else {})}
    return Response(orjson.dumps(answer), media_type="application/json")


application = Starlette(routes=[Route("/graphql", _answer, methods=["POST"])])
