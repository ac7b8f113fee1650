"""Counting what is asked of the database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if not message.startswith("Created connection"):
            self.statements.append(message)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that Tortoise sends while the block lasts."""
    logger = logging.getLogger("tortoise.db_client")
    collector, level = _Collector(), logger.level
    logger.addHandler(collector)
    logger.setLevel(logging.DEBUG)
    try:
        yield collector.statements
    finally:
        logger.setLevel(level)
        logger.removeHandler(collector)
