"""What is known against anything that is locked. Exits with 1 where something is, and with 2 where something could not
be looked up: a silence is no clean bill.

The lists are asked for what is in the locks, with their hashes; nothing is resolved or installed.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCKS = sorted(Path(__file__).parents[1].glob("requirements*.lock"))
SERVICES = ("osv", "pypi")
OPTIONS = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--timeout", "10", "--format", "json")
CLEAN, KNOWN, NOT_LOOKED_UP = range(3)


def asked(lock: Path) -> int:
    """What one of the services says of a lock; the first that knows all of it."""
    said = []
    for service in SERVICES:
        command = [
            Path(sys.executable).with_name("pip-audit"),
            "--requirement",
            lock,
            "--vulnerability-service",
            service,
        ]
        done = subprocess.run([*command, *OPTIONS], capture_output=True, text=True, check=False)
        try:
            found = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            said.append(f"{service}: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
            continue
        for each in found:
            for known in each.get("vulns", ()):
                mended = ", ".join(known["fix_versions"]) or "no release"
                print(f"{lock.name}: {each['name']} {each['version']}: {known['id']}, mended in {mended}")
        if any(each.get("vulns") for each in found):
            return KNOWN
        passed_over = [each for each in found if "skip_reason" in each]
        if not passed_over:
            print(f"{lock.name}: nothing is known against its {len(found)} packages ({service})")
            return CLEAN
        reason = passed_over[0]["skip_reason"]
        said.append(f"{service}: {len(passed_over)} of {len(found)} packages were passed over, such as: {reason}")
    print(f"{lock.name}: NOT LOOKED UP", *said, sep="\n  ")
    return NOT_LOOKED_UP


if __name__ == "__main__":
    answers = {asked(lock) for lock in LOCKS}
    sys.exit(KNOWN if KNOWN in answers else max(answers))
