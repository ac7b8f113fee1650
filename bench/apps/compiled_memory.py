"""What is answered from memory by a schema like the others', executed as the service does it: no token, no database."""

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.schema.config import StrawberryConfig

from api.schema.documents import parsed_once, validated_once
from api.schema.execution import CompiledSchema, execution
from api.transport.requests import read_request
from bench.apps.strawberry_memory import Query

_schema = CompiledSchema(
    query=Query,
    execution_context_class=execution(compiled=True),
    extensions=[parsed_once, validated_once],
    config=StrawberryConfig(enable_experimental_incremental_execution=True),
)


async def _answer(request: Request) -> Response:
    asked = await read_request(request)
    (result,) = [each async for each in await _schema.stream(asked.query, asked.variables, None, None, asked.name)]
    answer = {"data": result.data, **({"errors": [str(each) for each in result.errors]} if result.errors else {})}
    return Response(orjson.dumps(answer), media_type="application/json")


application = Starlette(routes=[Route("/graphql", _answer, methods=["POST"])])
