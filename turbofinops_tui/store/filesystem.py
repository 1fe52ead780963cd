"""Where a store may live: SQLite's WAL needs shared memory on one host, so no network file system."""

from __future__ import annotations

import os
from pathlib import Path

from turbofinops_tui.errors import StoreError
from turbofinops_tui.paths import FILE_MODE

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "beegfs",
        "fuse.sshfs",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.glusterfs",
        "fuse.gcsfuse",
        "fuse.blobfuse",
        "fuse.blobfuse2",
    ]
)


def mount_of(path: Path, mounts: str) -> tuple[str, str]:
    """(mount point, file system type) of ``path`` by the text of ``/proc/mounts``; empty if unknown."""
    found = ("", "")
    place = os.path.realpath(path)
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = parts[1].encode("ascii", "backslashreplace").decode("unicode_escape")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(found[0]):  # a later mount on the same point hides the earlier
            found = (point, parts[2])
    return found


def refuse_network(path: Path) -> None:
    """StoreError when ``path`` lies on a network file system (where the system tells; Linux)."""
    try:
        mounts = MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return  # no such table on this system: nothing to judge by
    point, kind = mount_of(path, mounts)
    if kind in NETWORK:
        raise StoreError(
            f"the store {path} is on {kind} ({point}), where SQLite cannot keep it safe",
            "choose a local disk with --store or TURBOFINOPS_STORE, for example /var/lib/turbofinops",
        )


def keep_private(path: Path) -> None:
    """Take group and other rights from a file of ours; a file of somebody else stays as it is."""
    info = path.stat()
    if info.st_uid == os.geteuid() and info.st_mode & 0o077:
        path.chmod(FILE_MODE)


def sync_directory(path: Path) -> None:
    """Make a rename inside ``path`` survive a power loss."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
