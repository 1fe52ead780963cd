"""Run one command and say what it took: wall and CPU seconds, peak memory, exit code, as JSON in a file.

A process of its own, and a small one: the peak that the kernel reports for a child is
never below the size of the process that forked it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main(facts_file: str, command: list[str]) -> None:
    """``python -S measured.py FILE COMMAND...``; the command's own output goes to stdout."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stderr=subprocess.STDOUT)
    _, status, usage = os.wait4(child.pid, 0)
    facts = {
        "wall": time.perf_counter() - start,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    with open(facts_file, "w", encoding="utf-8") as file:
        json.dump(facts, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
