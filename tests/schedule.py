"""Which tests go to the same process: those that share something which their module makes once, and no others.

What pytest-xdist 3.8 has for that, groups of tests, does nothing with pytest 9.2, which no longer reads where it writes
them. To be wrong here costs time, and nothing else.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from xdist.scheduler import LoadScopeScheduling

# A fixture of its own that lasts as long as the module, or one of the servers that all tests of a module share.
_SHARED: Final = re.compile(r'scope="module"|\b(module_server|shared_server|production_server)\b')


class Sharing(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Whole modules first, the longest before the others; then test by test, to whichever process is free."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if _shares(self.config.rootpath / file) else nodeid


@cache
def _shares(file: Path) -> bool:
    return _SHARED.search(file.read_text()) is not None
