"""A call that computes on and on is stopped, on every system and without ending a thread."""

import threading
import time

SECONDS = 30.0  # of computing, not of waiting: a busy machine takes nothing away


class _Endless(BaseException):
    """No Exception, so that a learner's `except Exception` lets it through."""


def call(function, *arguments):
    """Call a function; one that computes for more than SECONDS stops with a TimeoutError.

    The error is raised in the thread of the call, between two steps of Python: inside of a single long
    operation of numpy, or while the function only waits, nothing happens. Where no thread can be started,
    the function runs without a limit.
    """
    done, caller, start = threading.Event(), threading.get_ident(), time.process_time()

    def watch():
        while time.process_time() - start < SECONDS:
            if done.wait(0.1):
                return
        for _ in range(5):  # a bare except may catch it
            _raise_in(caller, _Endless)
            if done.wait(0.5):
                return

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        watcher.start()
    except RuntimeError:
        return function(*arguments)
    try:
        return function(*arguments)
    except _Endless as stop:
        raise TimeoutError(f"after {SECONDS:g} seconds of computing").with_traceback(
            stop.__traceback__
        ) from None
    finally:
        done.set()
        _raise_in(caller, None)  # what has not arrived yet is taken back


def _raise_in(thread, kind):
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind and ctypes.py_object(kind))
