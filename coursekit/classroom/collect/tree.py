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
LINK = "is a link, which leads to no file here"
_ARCHIVE = re.compile(r"\.(zip|tar|tgz|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
_CONTROLS = re.compile(  # also those that turn text around or have no width
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_HIDDEN = {"__macosx", "desktop.ini", "thumbs.db", "icon", "__pycache__", "node_modules", "site-packages"}
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
    """Return what lies in a folder, sorted by name: hidden things left out, and links not followed.

    Places of what is found begin with `place`.
    """
    found = []
    for item in sorted(os.scandir(path), key=lambda item: item.name):
        name = readable(item.name)
        if _is_hidden(name):
            continue
        found.append(entry := Entry(name, f"{place}{name}"))
        try:
            status = item.stat(follow_symlinks=False)
            entry.time = time.localtime(status.st_mtime)[:6]
            if stat.S_ISDIR(status.st_mode):
                inside = f"{entry.place}/"
                entry.children = folder_entries(item.path, inside, depth + 1) if depth < DEEPEST else []
            elif stat.S_ISREG(status.st_mode):
                entry.open = partial(open, item.path, "rb")
            else:
                entry.problem = LINK if item.is_symlink() else "is no ordinary file"
        except OSError as error:
            entry.problem = f"cannot be read ({error.strerror})"
    return found


def _is_hidden(name):
    return name.startswith((".", "~$")) or name.casefold().strip() in _HIDDEN


@contextmanager
def opened(entry, most=LARGEST_ARCHIVE):
    """Open an archive for a while, and yield the entries in it; raise Damaged where it cannot be read.

    Of an archive in an archive, and of a tar, `most` bytes are unpacked to the disk.
    """
    with ExitStack() as stack:
        with _told():
            entries = _tree(_members(entry, stack, most), f"{entry.place}/")
        yield entries


def read(entry, most):
    """Return up to `most` bytes of a file; raise Damaged where it cannot be read."""
    if entry.problem:
        raise Damaged(entry.problem)
    with _told(), entry.open() as file:
        return b"".join(_chunks(file, most))


def _chunks(file, most):
    while chunk := file.read(min(PART, most)):
        most -= len(chunk)
        yield chunk


@contextmanager
def _told():
    """Say of any error, of which there are many kinds, that the file is damaged."""
    try:
        yield
    except Damaged:
        raise
    except NotImplementedError as error:
        raise Damaged(
            f"is packed in a way that cannot be undone here ({error}); pack it as an ordinary zip archive"
        ) from error
    except Exception as error:
        why = error or type(error).__name__
        raise Damaged(f"is damaged, or only a part of it came ({why})") from error


def _members(entry, stack, most):
    """Return the members of an archive: (path, is a folder, how to open it, time, problem)."""
    head = read(entry, 8)
    file = stack.enter_context(entry.open())
    if head.startswith(b"PK"):
        if not isinstance(file, io.BufferedReader):  # others seek by reading anew from the begin
            file = _copy(file, stack, most)
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


def _refuse_many(file):
    """Refuse a zip archive whose list of files is longer than anybody's, before it is read."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 70_000))  # its last record may be followed by a comment
    end = file.read()
    for mark, at, size in ((b"PK\5\6", 12, 4), (b"PK\6\6", 40, 8)):
        where = end.rfind(mark) + at
        length = int.from_bytes(end[where : where + size], "little") if where >= at else 0
        if length > LONGEST_LIST and (size == 8 or length < 2**32 - 1):
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
    copy.writelines(_chunks(file, most))
    if copy.tell() >= most:
        raise Damaged(f"is too large: more than {most // 10**6} MB, unpacked")
    copy.seek(0)
    return copy


def _of_zip(archive, member):
    name = member.filename
    if not member.flag_bits & 0x800:  # its writer did not say that it is UTF-8, and may mean it all the same
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    problem = LINK if stat.S_ISLNK(member.external_attr >> 16) else ""
    problem = problem or ("is locked with a password" if member.flag_bits & 1 else "")
    return name.replace("\\", "/"), member.is_dir(), partial(archive.open, member), member.date_time, problem


def _of_tar(archive, member):
    when = time.localtime(max(0, min(member.mtime, 2**32)))[:6]
    problem = "" if member.isfile() or member.isdir() else LINK
    return member.name, member.isdir(), partial(archive.extractfile, member), when, problem


def _tree(members, place):
    """Return the members of an archive as a tree, hidden ones left out; no name leads out of it."""
    folders = {(): []}  # path -> its children

    def children(path):
        if path not in folders:
            folders[path] = []
            children(path[:-1]).append(Entry(path[-1], place + "/".join(path), folders[path]))
        return folders[path]

    for path, is_folder, open_it, when, problem in members:
        parts = tuple(readable(part) for part in path.split("/") if part not in ("", ".", ".."))
        if not parts or len(parts) > DEEPEST or any(map(_is_hidden, parts)):
            continue
        if is_folder:
            children(parts)
        else:
            made = Entry(parts[-1], place + "/".join(parts), None, open_it, tuple(when), problem)
            children(parts[:-1]).append(made)
    return folders[()]
