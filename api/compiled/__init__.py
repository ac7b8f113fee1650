"""Compiled execution: an operation becomes a Python function, once, and an answer costs a call of it.

The answers are graphql-core's to the letter, with its errors, their order and their paths. What is not compiled
(introspection, `@defer`, `@stream`) is executed by graphql-core, an operation as a whole; and so is every value that is
not of the kind that one expects, from that value on. Nothing in here knows what the schema is about.
"""

from api.compiled.execution import CompiledExecution
from api.compiled.keeping import UnchangingList, unchanging
from api.compiled.operation import CompiledOperation, CompiledOperations, compile_operation, fragments_of
from api.compiled.resolution import Adapter, later, perhaps_late

__all__ = [
    "Adapter",
    "CompiledExecution",
    "CompiledOperation",
    "CompiledOperations",
    "UnchangingList",
    "compile_operation",
    "fragments_of",
    "later",
    "perhaps_late",
    "unchanging",
]
