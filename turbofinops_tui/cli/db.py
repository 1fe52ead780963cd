"""``db path | check | backup FILE | restore FILE | rebuild | publish DIR``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND, ReadOnlyError

if TYPE_CHECKING:
    from turbofinops_tui.actions.store_admin import Rebuilt
    from turbofinops_tui.cli.context import Context

WITHOUT_STORE = True
"""``path`` and ``restore`` must work when there is no store, or a damaged one"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    add("path", "where the store is")
    checking = add("check", "whether the file holds and its books add up; exit 3 when not")
    checking.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    saving = add("backup", "a verified copy of the store in use")
    saving.add_argument("file", metavar="FILE", help="replaced when it is there")
    restoring = add("restore", "put a backup in the place of the store; the old one is kept")
    restoring.add_argument("file", metavar="FILE")
    rebuilding = add("rebuild", "derive every derived table again from what was received")
    rebuilding.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    publishing = add("publish", "a verified read-only copy for a team, read with --workspace DIR")
    publishing.add_argument("directory", metavar="DIR", help="must exist; who may read it reads the books")


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the verb says."""
    if args.verb == "path":
        say(str(context.paths.store))
        return EXIT_DONE
    if args.verb == "restore":
        return _restore(Path(args.file), context)
    if args.verb == "backup":
        from turbofinops_tui.actions.store_admin import backup

        target = Path(args.file).expanduser()
        backup(context.open(), target)
        say(str(target))
        return EXIT_DONE
    if args.verb == "publish":
        from turbofinops_tui.actions.publishing import publish, readers

        found = publish(context.open(), Path(args.directory))
        tell(f"published {found.file} in {args.directory}, for {readers(Path(args.directory))}")
        say(found.books)
        return EXIT_DONE
    return _check(args.format, context) if args.verb == "check" else _rebuild(args.format, context)


def _restore(source: Path, context: Context) -> int:
    # Not asked about: the old store is kept beside the new one, so a mistake is undone by another restore.
    from turbofinops_tui.actions.store_admin import restore

    if context.read_only:
        raise ReadOnlyError("restore would replace the store", "start without --read-only")
    kept = restore(context.paths, context.clock, source.expanduser())
    context.open()  # upgrades an older backup, after a copy of its own
    say(str(context.paths.store))
    if kept is not None:
        tell(f"the store from before is kept as {kept}")
    return EXIT_DONE


def _check(form: str, context: Context) -> int:
    from turbofinops_tui.actions.store_admin import check

    lines = check(context.open())
    good = all(line.ok for line in lines)
    if form == "json":
        rows = [{"check": line.name, "ok": line.ok, "problems": list(line.problems)} for line in lines]
        say_json({"ok": good, "rows": rows})
    else:
        for line in lines:
            say(f"{'ok  ' if line.ok else 'BAD '} {line.name}")
            for problem in line.problems[:10]:
                say(f"     {problem}")
    if not good:
        tell("error: the store does not hold: keep a copy of it, then `db rebuild` or `db restore FILE`")
    return EXIT_DONE if good else EXIT_FOUND


def _rebuild(form: str, context: Context) -> int:
    from turbofinops_tui.actions.store_admin import rebuild

    done = rebuild(context.open())
    if form == "json":
        say_json(
            {
                "equal": done.equal, "before": done.before.whole, "after": done.after.whole,
                "read_again": done.read_again, "months": done.months, "scopes": done.scopes,
                "missing": done.missing,
            }
        )  # fmt: skip
    else:
        _tell_rebuilt(done)
    return EXIT_DONE if done.equal else EXIT_FOUND


def _tell_rebuilt(done: Rebuilt) -> None:
    say(f"books {done.before.whole} -> {done.after.whole}" + (" (equal)" if done.equal else " (changed)"))
    say(f"read again: {len(done.read_again)} imports; months corrected: {done.months}")
    for name in done.scopes:
        say(f"digest corrected: {name}")
    for text in done.missing:
        say(f"not read again: {text}")
