"""A file that remembers finished parts of a long job: appended to, and never written over.

The first line says what the job is; each further line is one finished part. Every line starts
with a checksum. What was being written when the program was killed has no end of line, and is
cut off.
"""

import json
import os
import zlib

from coursekit._validation import describe

FORMAT = "coursekit checkpoint 1"


def open_checkpoint(path, job):
    """Open or create the checkpoint of a job; return the file, to append to, and the parts in it.

    A job is a dict of values that JSON can hold. A file of another job, or a damaged one, is refused.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"checkpoint must be the path of a file; got {describe(path)}")
    try:
        file = open(path, "a+b")  # noqa: SIM115 - the caller closes it
    except OSError as error:
        raise OSError(f"checkpoint must be a file that can be written; got {str(path)!r}: {error}") from error
    try:
        return file, _read(file, path, json.loads(json.dumps({"format": FORMAT, "job": job})))
    except BaseException:
        file.close()
        raise


def append(file, part):
    """Add a finished part, in values that JSON can hold."""
    file.write(_line(part))
    file.flush()


def _line(value):
    text = json.dumps(value).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _read(file, path, header):
    file.seek(0)
    whole, newline, torn = file.read().rpartition(b"\n")
    if not newline:
        if not _line(header).startswith(torn):
            raise ValueError(f"checkpoint must be a file made by a sweep; got {str(path)!r}, which is not")
        file.truncate(0)
        append(file, header)
        return []
    found, *parts = [_value(line, number, path) for number, line in enumerate(whole.split(b"\n"), 1)]
    _refuse_other(found, header, path)
    file.truncate(len(whole) + 1)
    return parts


def _value(line, number, path):
    checksum, _, text = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        raise ValueError(
            f"checkpoint must be undamaged; line {number} of {str(path)!r} does not match its checksum. "
            "Nothing was changed: look at the file, or give another path."
        )
    return json.loads(text)


def _refuse_other(found, header, path):
    if found.get("format") != FORMAT:
        raise ValueError(f"checkpoint must have the format {FORMAT!r}; got {found.get('format')!r}")
    for name in header["job"] | found["job"]:
        here, there = header["job"].get(name), found["job"].get(name)
        if here != there:
            raise ValueError(
                f"checkpoint must belong to this grid; {str(path)!r} has {name} = {describe(there)}, "
                f"this grid has {describe(here)}. Nothing was changed: give another path."
            )
