"""What lies in a folder or in an archive, as one tree: nothing is unpacked, and nothing is read yet."""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice

from coursekit.classroom.cells import clean, kind_of

DEEPEST = 30  # folders in folders
LONGEST = 255  # letters of a name
MOST = 20_000  # files in one archive
LONGEST_LIST = 10_000_000  # bytes of the list of files in a zip archive: some 100,000 files
LONGEST_NOTE = 10_000  # bytes of a name or a note in a tar archive
LARGEST_ARCHIVE = 200_000_000
PART = 1 << 20
_ARCHIVE = re.compile(r"\.(zip|tar|tgz|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # also those that turn text around
_PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}


class Damaged(Exception):
    """An archive or a file that cannot be read; the message says why."""


@dataclass
class Entry:
    """A file, or a folder with its children.

    `name` and `place`, the path from the collected folder, can be written as UTF-8. `open` returns a
    binary file. `problem` says why there is nothing to open.
    """

    name: str
    place: str
    children: list | None = None
    open: Callable | None = None
    time: tuple = ()
    problem: str = ""

    @property
    def is_archive(self):
        """Whether this is a file that should hold others."""
        return self.open is not None and bool(_ARCHIVE.search(self.name))

    @property
    def stem(self):
        """The name without what says the kind of file."""
        if self.children is not None:
            return self.name
        plain = re.sub(r"\.ipynb(\.\w+)?$", "", _ARCHIVE.sub("", self.name), flags=re.IGNORECASE)
        return (plain if plain != self.name else re.sub(r"(?<=.)\.\w{1,12}$", "", plain)) or self.name


def readable(name):
    """Return a name as text, whatever bytes the disk has for it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(name).decode("cp1252", "replace")
    return clean(_CONTROLS.sub(" ", name[:LONGEST]))


def folder_entries(path, place="", depth=0):
    """Return what lies in a folder.

    Parameters
    ----------
    path : str or os.PathLike
    place : str, optional
        How places of what is found begin.

    Returns
    -------
    list of Entry
        Sorted by name; hidden files and checkpoints left out, and links not followed.
    """
    found = []
    for item in sorted(os.scandir(path), key=lambda item: item.name):
        name = readable(item.name)
        entry = Entry(name, f"{place}{name}")
        try:
            mode = item.stat(follow_symlinks=False)
            entry.time = time.localtime(mode.st_mtime)[:6]
            if item.is_symlink():
                entry.problem = "is a link, which leads to no file here"
            elif item.is_dir(follow_symlinks=False):
                deeper = depth < DEEPEST and not _is_hidden(name)
                entry.children = folder_entries(item.path, f"{entry.place}/", depth + 1) if deeper else []
            elif stat.S_ISREG(mode.st_mode):
                entry.open = partial(open, item.path, "rb")
            else:
                entry.problem = "is no ordinary file"
        except OSError as error:
            entry.problem = f"cannot be read ({error.strerror})"
        found.append(entry)
    return [entry for entry in found if not _is_hidden(entry.name)]


def _is_hidden(name):
    return name.startswith(".") or name in ("__MACOSX", "desktop.ini", "Thumbs.db")


@contextmanager
def opened(entry, most=LARGEST_ARCHIVE):
    """Open an archive for a while.

    Parameters
    ----------
    entry : Entry
    most : int
        Bytes that are unpacked to the disk, of an archive in an archive or of a tar.

    Yields
    ------
    list of Entry
        What lies in it.

    Raises
    ------
    Damaged
        Where it cannot be read.
    """
    with ExitStack() as stack:
        try:
            members = _members(entry, stack, most)
            entries = _tree(members, f"{entry.place}/")
        except Exception as error:  # of which there are many kinds
            raise Damaged(_why(error)) from error
        yield entries


def read(entry, most):
    """Return up to `most` bytes of a file; raise Damaged where it cannot be read."""
    if entry.problem:
        raise Damaged(entry.problem)
    try:
        with entry.open() as file:
            return b"".join(iter(partial(_part, file, [most]), b""))
    except Exception as error:  # of which there are many kinds
        raise Damaged(_why(error)) from error


def _part(file, left):
    part = file.read(min(PART, left[0]))
    left[0] -= len(part)
    return part


def _why(error):
    if isinstance(error, Damaged):
        return str(error)
    if isinstance(error, NotImplementedError):
        return f"is packed in a way that cannot be undone here ({error}); pack it as an ordinary zip archive"
    return f"is damaged, or only a part of it came ({error or type(error).__name__})"


def _members(entry, stack, most):
    """Return the members of an archive: (path, is a folder, how to open it, time, problem)."""
    head = read(entry, 8)
    file = stack.enter_context(entry.open())
    if head.startswith(b"PK"):
        file = file if _on_disk(file) else _copy(file, stack, most)
        _refuse_many(file)
        archive = stack.enter_context(zipfile.ZipFile(file))
        return [_of_zip(archive, member) for member in archive.infolist()[:MOST]]
    if entry.name.casefold().endswith(".zip"):
        raise Damaged(f"is {kind_of(head) or 'a damaged one, or only a part of one'}, and no zip archive")
    unpack = next((unpack for start, unpack in _PACKED.items() if head.startswith(start)), None)
    unpacked = _copy(unpack(file) if unpack else file, stack, most)
    _refuse_long(unpacked)
    archive = stack.enter_context(tarfile.TarFile(fileobj=unpacked))
    return [_of_tar(archive, member) for member in islice(archive, MOST)]


def _on_disk(file):
    return isinstance(file, io.BufferedReader)  # others seek by reading anew from the begin


def _refuse_many(file):
    """Refuse a zip archive whose list of files is longer than anybody's, before it is read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 70_000))  # its last record may be followed by a comment
    end = file.read()
    at, at_64 = end.rfind(b"PK\5\6"), end.rfind(b"PK\6\6")
    length = int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0
    length_64 = int.from_bytes(end[at_64 + 40 : at_64 + 48], "little") if at_64 >= 0 else 0
    if max(length if length < 2**32 - 1 else 0, length_64) > LONGEST_LIST:
        raise Damaged("is too large: it lists too many files")


def _refuse_long(file):
    """Refuse a tar archive with names and notes that would take tarfile minutes to read."""
    while (block := file.read(tarfile.BLOCKSIZE)).strip(b"\0"):
        size = tarfile.nti(block[124:136])
        if size < 0 or (size > LONGEST_NOTE and block[156:157] in b"xgXLK"):
            raise Damaged("is damaged: a name or a note in it is too long")
        file.seek(-(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE, os.SEEK_CUR)
    file.seek(0)


def _copy(file, stack, most):
    """Copy a file to the disk, where any part of it is found quickly."""
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    left = [most]
    for part in iter(partial(_part, file, left), b""):
        copy.write(part)
    if not left[0]:
        raise Damaged(f"is too large: more than {most // 10**6} MB, unpacked")
    copy.seek(0)
    return copy


def _of_zip(archive, member):
    name = member.filename
    if not member.flag_bits & 0x800:  # its writer did not say that it is UTF-8, and may mean it all the same
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    link = stat.S_ISLNK(member.external_attr >> 16)
    problem = "is a link, which leads to no file here" if link else ""
    problem = problem or ("is locked with a password" if member.flag_bits & 1 else "")
    return name.replace("\\", "/"), member.is_dir(), partial(archive.open, member), member.date_time, problem


def _of_tar(archive, member):
    when = time.localtime(max(0, min(member.mtime, 2**32)))[:6]
    problem = "" if member.isfile() or member.isdir() else "is a link, which leads to no file here"
    return member.name, member.isdir(), partial(archive.extractfile, member), when, problem


def _tree(members, place):
    """Return the members of an archive as a tree, hidden ones left out; no name leads out of it."""
    top = Entry("", place, [])
    folders = {(): top}
    for path, is_folder, open_it, when, problem in members:
        parts = [readable(part) for part in path.split("/") if part not in ("", ".", "..")]
        if not parts or len(parts) > DEEPEST or any(map(_is_hidden, parts)):
            continue
        for depth in range(1, len(parts) + is_folder):
            if tuple(parts[:depth]) not in folders:
                above = folders[tuple(parts[: depth - 1])]
                made = Entry(parts[depth - 1], place + "/".join(parts[:depth]), [])
                folders[tuple(parts[:depth])] = made
                above.children.append(made)
        if not is_folder:
            made = Entry(parts[-1], place + "/".join(parts), None, open_it, tuple(when), problem)
            folders[tuple(parts[:-1])].children.append(made)
    return top.children
