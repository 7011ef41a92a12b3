"""A call that computes on and on is stopped, on every system and without ending a thread."""

import threading
import time

SECONDS = 30.0  # of computing, not of waiting: a busy machine takes nothing away


class _Endless(BaseException):
    """No Exception, so that a learner's `except Exception` lets it through."""


def call(function, *arguments, seconds=None):
    """Call a function; one that computes for more than `seconds`, or SECONDS, stops with a TimeoutError.

    The error is raised in the thread of the call, between two steps of Python: inside of a single long
    operation of numpy, or while the function only waits, nothing happens. Where no thread can be started,
    the function runs without a limit.
    """
    done, raised, caller, start = threading.Event(), [], threading.get_ident(), time.process_time()
    seconds = seconds or SECONDS

    def watch():
        import ctypes  # seldom needed

        while time.process_time() - start < seconds:
            if done.wait(0.1):
                return
        for _ in range(5):  # a bare except may catch it
            stop = ctypes.c_ulong(caller), ctypes.py_object(_Endless)  # never taken back: 3.11 would hang
            raised.append(ctypes.pythonapi.PyThreadState_SetAsyncExc(*stop))
            if done.wait(0.5):
                return

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        watcher.start()
    except RuntimeError:
        return function(*arguments)
    try:
        try:
            return function(*arguments)
        finally:
            done.set()
            watcher.join()
            for _ in range(100 * len(raised)):  # what was raised and has not arrived yet arrives here
                pass
    except _Endless as stop:
        too_long = TimeoutError(f"after {seconds:g} seconds of computing")
        raise too_long.with_traceback(stop.__traceback__) from None
