"""One import into one store, then its proof, in one process: ``... ingest_once FILE ROOT``."""

from __future__ import annotations

import sys

from turbofinops_tui.cli.main import run


def main(file: str, root: str) -> int:
    """0 when the import and the proof both succeed."""
    place = ["--root", root]
    code = run([*place, "import", "focus", file, "--source", "aws", "--yes"])
    return code or run([*place, "reconcile", "--format", "json"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
