"""The repository: sizes, no machine or registry named, locks that agree, assets that ship."""

from __future__ import annotations

import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.arch.rules import MOST_LINES_OF_FILE, PACKAGE, REPOSITORY

# Put together from pieces, so that this file does not name what it forbids.
MACHINE = re.compile(
    "|".join(
        (
            r"(?<![\w./$}-])/(?:work|tmp|root|opt)" + r"/\w",
            r"/home/" + r"(?!(?:me|you|user|local)\b)\w+",
            r"pypi" + r"\.org",
            r"python" + r"hosted",
            r"file" + r"://" + r"/",
        )
    )
)
TEXT = {".py", ".md", ".toml", ".txt", ".lock", ".in", ".tcss", ".json", ".yaml", ".yml", ".cfg", ".sh", ""}
REQUIREMENTS = REPOSITORY / "requirements"


def tracked() -> list[Path]:
    """Files under version control, or that would be when all were added."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        REPOSITORY / name for name in listing.stdout.split("\0") if name and (REPOSITORY / name).is_file()
    ]


def machine_names(text: str) -> list[str]:
    """Paths of one machine and hosts of registries in ``text``."""
    return [match.group() for match in MACHINE.finditer(text)]


def pins(lock: str) -> dict[str, set[str]]:
    """Package -> pinned lines of ``requirements/LOCK.lock`` (several with markers)."""
    found: dict[str, set[str]] = {}
    for line in (REQUIREMENTS / f"{lock}.lock").read_text().splitlines():
        if re.match(r"[a-z0-9]", line):
            found.setdefault(line.partition("==")[0], set()).add(line)
    return found


def versions(lines: set[str]) -> set[str]:
    """Pins without their markers: what only the tests need may be needed on more platforms."""
    return {line.partition(" ")[0] for line in lines}


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(REPOSITORY)): count
        for path in tracked()
        if path.suffix in (".py", ".tcss")
        and (count := len(path.read_text("utf-8").splitlines())) > MOST_LINES_OF_FILE
    }
    assert long == {}


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    found = {
        str(path.relative_to(REPOSITORY)): names
        for path in tracked()
        if path.suffix in TEXT and (names := machine_names(path.read_text("utf-8", "replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "see /wo" + "rk/main/x",
        "cd /ro" + "ot/x",
        "https://py" + "pi.org/simple",
        "files.python" + "hosted.org",
    ],
)
def test_a_machine_or_a_registry_is_seen(text: str) -> None:
    assert machine_names(text)


def test_locks_agree_and_carry_hashes() -> None:
    runtime, dev = pins("runtime"), pins("dev")
    assert {
        name for name, lines in runtime.items() if versions(dev.get(name, set())) != versions(lines)
    } == set()
    for lock in ("bootstrap", "runtime", "dev", "spark-build", "spark"):
        text = (REQUIREMENTS / f"{lock}.lock").read_text()
        blocks = re.split(r"\n(?=[a-z0-9])", text)
        assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_locks_hold_every_dependency() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    for wanted, lock in (
        (project["dependencies"], "runtime"),
        (project["optional-dependencies"]["dev"], "dev"),
    ):
        locked = {name.replace(".", "-") for name in pins(lock)}
        names = {re.split(r"[=<>\[ ]", entry)[0].replace(".", "-") for entry in wanted}
        assert names - locked == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names inside a wheel built from this checkout without network."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    [built] = WheelBuilder(str(REPOSITORY)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package(wheel: set[str]) -> None:
    inside = {
        path.relative_to(REPOSITORY).as_posix()
        for path in tracked()
        if path.is_relative_to(PACKAGE) and path.name != ".gitkeep"
    }
    assert inside - wheel == set()


def test_the_wheel_holds_every_asset(wheel: set[str]) -> None:
    assets = {
        f"{PACKAGE.name}/{path.relative_to(REPOSITORY).as_posix()}"
        for path in tracked()
        if path.is_relative_to(REPOSITORY / "assets")
    }
    assert assets - wheel == set()
    assert assets


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    strangers = {name for name in wheel if not name.startswith((f"{PACKAGE.name}/", "turbofinops_tui-"))}
    assert strangers == set()


def test_the_picture_of_the_house_names_every_folder() -> None:
    house = (REPOSITORY / "ARCHITECTURE.md").read_text("utf-8")
    folders = {path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}
    named = {folder.as_posix() for folder in folders if folder.parts and f"{folder.name}/" not in house}
    assert named - {"sync/pull", "sync/receive"} == set()
