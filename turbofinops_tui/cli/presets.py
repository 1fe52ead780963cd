"""``presets list | save | show | delete | promote | export | import``: saved slices."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turbofinops_tui.cli.options import add_slice_options, based, slice_from_args
from turbofinops_tui.cli.output import grid, terminal_width
from turbofinops_tui.cli.parsing import verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.economics import types as t
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.presets import Entry
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.cli.context import Context


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs."""
    add = verbs(parser)
    listing = add("list", "all presets that you can see")
    listing.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    saving = add("save", "save the slice of the options as a private preset (--yes replaces)")
    saving.add_argument("name", metavar="NAME", help="small letters, digits and dashes")
    saving.add_argument("--title", default="", help="a line for the eye")
    add_slice_options(saving, formats=False)
    showing = add("show", "the command line that a preset stands for")
    showing.add_argument("name", metavar="NAME", help="NAME, or team:NAME, organization:NAME, private:NAME")
    showing.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    add("delete", "take a preset away").add_argument("name", metavar="NAME")
    promoting = add("promote", "copy a preset to a team's or the organization's (owners only)")
    promoting.add_argument("name", metavar="NAME")
    promoting.add_argument("--to", choices=("team", "organization"), required=True, help="who will see it")
    promoting.add_argument("--role", default="", metavar="ROLE", help="which of your roles, for a team")
    exporting = add("export", "write a preset to a file of its own")
    exporting.add_argument("name", metavar="NAME")
    exporting.add_argument("file", metavar="FILE")
    importing = add("import", "take a teammate's file as a private preset, with what it asks")
    importing.add_argument("file", metavar="FILE")
    importing.add_argument("--name", default="", metavar="NAME", help="another name for it")


def prepare(args: argparse.Namespace, context: Context) -> None:
    """Make the slice of ``save`` before anything is opened."""
    if args.verb == "save":
        args.slice = slice_from_args(args, based(args, context, t.Slice()), context.clock.today())


def run(args: argparse.Namespace, session: Session) -> int:
    """Do what the verb says."""
    from turbofinops_tui.actions import presets

    if args.verb == "list":
        _print(presets.shelf_of(session.paths, session.workspace).entries(), args.format)
    elif args.verb == "save":
        entry = presets.save(session, args.name, args.slice, title=args.title, over=session.yes)
        say(entry.name)
    elif args.verb == "show":
        _show(presets.shelf_of(session.paths, session.workspace).find(args.name), args.format)
    elif args.verb == "delete":
        entry = presets.delete(session, args.name)
        tell(f"{entry.visibility} preset {entry.name} deleted")
    elif args.verb == "promote":
        entry, notes = presets.promote(session, args.name, args.to, args.role)
        who = f"team {entry.role}" if entry.role else "the organization"
        tell(f"{entry.name} is now a preset of {who}: {entry.path}")
        for note in notes:
            tell(f"warning: {note}")
    elif args.verb == "export":
        presets.export_file(session, args.name, Path(args.file).expanduser())
        tell(f"preset written to {args.file}")
    else:
        _import(args, session)
    return EXIT_DONE


def _import(args: argparse.Namespace, session: Session) -> None:
    from turbofinops_tui.actions import presets

    entry, lines = presets.import_file(session, Path(args.file).expanduser(), args.name)
    author = entry.required().author
    for line in lines:
        tell(line)
    claim = f", said to be by {author} (not verified)" if author else ""
    tell(f"imported as the private preset {entry.name}{claim}")
    say(entry.name)


def document(entry: Entry) -> dict[str, Any]:
    """An entry as JSON."""
    from turbofinops_tui.files.slice_words import command_line

    preset = entry.preset
    found: dict[str, Any] = {"name": entry.name, "visibility": entry.visibility, "role": entry.role or None}
    found |= {"owner": entry.owner, "path": str(entry.path), "error": entry.error or None}
    if preset is not None:
        found |= {
            "title": preset.title,
            "author": preset.author,
            "saved_at": preset.saved_at,
            "screen": preset.screen or None,
            "command": command_line(preset.slice),
        }
    return found


def _print(entries: list[Entry], form: str) -> None:
    from turbofinops_tui.files.slice_words import command_line

    if form == "json":
        say_json([document(entry) for entry in entries])
        return
    cells = []
    for entry in entries:
        place = f"team {entry.role}" if entry.role else entry.visibility
        what = entry.error or command_line(entry.required().slice).removeprefix("turbofinops ")
        cells.append([entry.name, place, entry.owner, what])
    if not cells:
        tell("no presets yet: save one with `turbofinops presets save NAME --by ...`, or P in the app")
        return
    say(grid(["preset", "who sees it", "owner", "shows"], cells, set(), terminal_width()), lines=True)


def _show(entry: Entry, form: str) -> None:
    from turbofinops_tui.files.slice_words import command_line

    preset = entry.required()
    if form == "json":
        say_json(document(entry))
        return
    say(command_line(preset.slice))
    facts = [entry.visibility, f"owned by {entry.owner}", f"saved {preset.saved_at}", preset.title]
    tell(", ".join(fact for fact in facts if fact))
