"""Folders that others wrote to: emptied and removed, whatever is in them."""

import contextlib
import os
import shutil


def empty(folder):
    """Remove all that is in a folder.

    Parameters
    ----------
    folder : str

    Raises
    ------
    OSError
        Where something cannot be removed.
    """
    for place, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(place, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)  # nobody can look into a folder without rights
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def remove(folder):
    """Remove a folder and all that is in it, as far as can be."""
    with contextlib.suppress(OSError):
        empty(folder)
    shutil.rmtree(folder, ignore_errors=True)
