"""What all explorers share: controls beside one live picture, updated in place, played and paused.

An explorer is a `Shell` around a `Scene`, which holds what is explored and knows nothing of widgets. The
shell calls its methods under one lock. A change shows what could be done in WORK_AT_ONCE seconds, and
leaves the rest to a task of the kernel's event loop, in slices; a newer change replaces it. While playing,
the page tells which picture it has drawn, so that none queue up, and whether anybody can see it. Where a
page says nothing any more, because it was closed, the task ends.
"""

import asyncio
import html
import threading
import time
from contextlib import suppress
from functools import partial
from importlib.resources import files

import ipywidgets as widgets
import numpy as np

from coursekit.explorers.scene import at_start
from coursekit.explorers.still import SAID, STYLE, still

WORK_AT_ONCE = 0.045  # seconds of work before a first picture
SLICE = 0.02  # seconds of work between two looks at the event loop
GONE = 4.0  # seconds without an answer after which a page counts as closed
IN_FLIGHT = 4  # pictures sent and not yet drawn

SCRIPT = html.escape(files("coursekit.explorers").joinpath("shell.js").read_text(encoding="utf-8"))
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
_of_cells = {}  # cell -> (execution, explorers made by it): a new execution closes those of the last


class Shell(widgets.VBox):
    """Widgets, and one picture that stands in for them where no live widget can be shown.

    Parameters
    ----------
    scene : Scene
    settings : dict
        Name of a control of its table -> value at the start; of the others the table says it.
    front : tuple of str, optional
        Which controls stand in front; the others stand behind a button "More".
    buttons : dict
        What stands on a button -> function without arguments that returns a sentence.
    more : dict
        The same of buttons that stand behind "More".
    """

    _loop = _task = _dataset = _answered = None
    _more = playing = _quiet = False
    _ended, _frames, _drawn, _seen = "", 0, 0, True

    def __init__(self, scene, settings, front=None, buttons=None, more=None):
        self.scene, self.controls = scene, at_start(scene.table, settings)
        self._lock = threading.RLock()  # a front end may run callbacks on two threads
        with suppress(RuntimeError):  # outside a notebook
            self._loop = asyncio.get_running_loop()
        self.picture, self.status = widgets.HTML(), widgets.HTML()
        self.points = widgets.HTML(layout={"height": "0", "margin": "0"})
        self._bridge = widgets.Text(continuous_update=False)
        self.line = widgets.Textarea(description="As Python", rows=1, layout={"width": "auto"})
        rows = [*self._rows(front or scene.table, buttons or {}, more or {}), self.points, self.picture]
        copy = _button("Copy", tooltip="Copy the line of Python that makes this again").add_class("ck-copy")
        rows += [self.status, _row([self.line, copy], "ck-line")]
        script = widgets.HTML(f'<style>{STYLE}</style><img alt="" hidden src="{DOT}" onload="{SCRIPT}">')
        super().__init__([*rows, self._bridge, script])
        for widget, kind in ((self, "explorer"), (self.picture, "picture"), (self._bridge, "bridge")):
            widget.add_class(f"ck-{kind}")
        if scene.twice:
            self.add_class("ck-twice")
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._changed(name), "value")
        self._bridge.observe(self._heard, "value")
        self._changed(None)
        _replace_earlier_ones(self)

    def _rows(self, front, buttons, more):
        """Return the rows of controls: Play first, then what stands in front, then what "More" shows."""
        in_front = [widget for name, widget in self.controls.items() if name in front]
        behind = [widget for name, widget in self.controls.items() if name not in front]
        behind += [_button(title, partial(self._do, act)) for title, act in more.items()]
        first = self._play_buttons() if self.scene.plays else []
        first += [_button(title, partial(self._do, act)) for title, act in buttons.items()]
        more_button = widgets.ToggleButton(description="More", tooltip="More controls")
        present = _button("Present", tooltip="Fill the screen; Escape leads back").add_class("ck-present")
        save = _button("Save picture", tooltip="As SVG, with its text").add_class("ck-save")
        hidden = _row([*behind, save], "ck-controls")
        hidden.layout.display = "none"
        widgets.dlink((more_button, "value"), (hidden.layout, "display"), lambda on: None if on else "none")
        first += [more_button, present]
        return [_row(first, "ck-controls", "ck-buttons"), _row(in_front, "ck-controls"), hidden]

    def __repr__(self):
        return SAID

    def _repr_mimebundle_(self, **kwargs):
        """Return the view, and the picture for where no kernel runs."""
        with self._lock:
            return {**(super()._repr_mimebundle_(**kwargs) or {}), "text/html": still(self.scene)}

    def settings(self):
        """Return what the controls say now; a page sends 9.999999999."""
        found = {name: control.value for name, control in self.controls.items()}
        return {name: float(f"{v:.10g}") if isinstance(v, float) else v for name, v in found.items()}

    def set(self, **settings):
        """Move several controls at once, with one new picture."""
        self._do(lambda: self.scene.change(None, self.settings() | settings))

    def _changed(self, name):
        if not self._quiet:
            self._do(lambda: self.scene.change(name, self.settings()))

    def _do(self, act):
        with self._lock:
            said = act()
            self._said = said = said if self._frames else ""  # nothing has changed at the start
            self._more = self.scene.work(WORK_AT_ONCE)
            if self._loop is None:  # nowhere to go on later
                while self._more:
                    self._more = self.scene.work(SLICE)
            self.show(said)
        if self._more:
            self._start()

    def _play_buttons(self):
        self.play_button = widgets.ToggleButton(description="Play", icon="play", tooltip="Play or pause")
        self.play_button.observe(self._toggled, "value")
        step = _button("Step", self.step, icon="step-forward", tooltip="One step forward, then pause")
        reset = _button("Reset", self.reset, icon="undo", tooltip="Back to the start")
        return [self.play_button, step, reset]

    def _toggled(self, change):
        with self._lock:
            self.playing = change["new"]
            self._more = self._more and not self.playing
            self.play_button.description = "Pause" if self.playing else "Play"
            self.play_button.icon = "pause" if self.playing else "play"
            if self.playing:
                self.scene.play()
                self._say("Playing.")
                self._answered = time.monotonic() if self._answered is not None else None
            else:
                self.show(self._ended or "Paused.")
        if self.playing:
            self._start()

    def pause(self, why=""):
        """Stop playing."""
        if self.scene.plays:
            self._ended = why
            self.play_button.value = False
            self._ended = ""

    def step(self):
        """Pause, and take one step."""
        with self._lock:
            self.pause()
            going = self.scene.tick()
            self.show("One step." if going else self.scene.why_ended())

    def reset(self):
        """Pause, and go back to the start."""
        with self._lock:
            self.pause()
            self._more = False
            self.show(self.scene.reset())

    def close(self):
        """Stop, and take the widgets off the page."""
        self.playing = self._more = False
        inside = list(_all_below(self))[:-1]
        super().close()

        def close_all():
            for widget in inside:
                widget.close()

        if self._loop is None or self._loop.is_closed():
            close_all()
        else:  # a last message of the page may be on its way to one of them
            self._loop.call_soon_threadsafe(self._loop.call_later, GONE, close_all)

    def _start(self):
        def ensure_task():
            if self._task is None or self._task.done():
                self._task = self._loop.create_task(self.run())

        if self._loop:
            self._loop.call_soon_threadsafe(ensure_task)

    async def run(self):
        """Finish what was left undone; while playing, show pictures as quickly as the scene says."""
        while self._more or (self.playing and self._seen):
            began = time.monotonic()
            if self.playing and not self._may_send():
                if self._answered is not None and time.monotonic() - self._answered > GONE:
                    self.pause()
                await asyncio.sleep(0.005)
                continue
            with self._lock:
                self._one_turn()
            await asyncio.sleep(
                max(0.001, self.scene.seconds - (time.monotonic() - began) if self.playing else 0)
            )

    def _one_turn(self):
        if self._more:
            self._more = self.scene.work(SLICE)
            if not self._more:
                self.show(self._said)
        elif self.playing:
            if self.scene.tick():
                self.show(status=False)
            else:
                self.pause(self.scene.why_ended())

    def _may_send(self):
        if self._answered is None:  # this page never answers: go slowly
            return time.monotonic() - self._sent > 0.1
        return self._frames - self._drawn < IN_FLIGHT

    def _heard(self, change):
        drawn, _, seen = change["new"].partition(" ")
        if drawn == "hand":
            spot, drag, *places = seen.split()[:6]
            start, now = np.clip([float(place) for place in places], -1, 1).reshape(2, 2)
            self._do(lambda: self.scene.hand(spot, int(drag), start, now))
        if drawn.isdigit():
            self._drawn, self._seen = int(drawn), seen != "hidden"
            self._answered = time.monotonic()
            if self.playing and self._seen:
                self._start()

    def show(self, said="", status=True):
        """Send a new picture, and say what it shows unless there is a next one soon."""
        if self.scene.dataset is not self._dataset:
            self._dataset = self.scene.dataset
            self.points.value = self.scene.marks()
        self._frames += 1
        self._sent = time.monotonic()
        frame = self.scene.frame()
        self.picture.value = f'<div class="ck-frame" data-ck-frame="{self._frames}">{frame}</div>'
        if status or self.scene.seconds > 0.5:  # not with every picture of a quick play
            self._quiet = True
            self.scene.follow(self.controls)
            self._quiet = False
        if status:
            self._say(said, self.scene.status())
            self.line.value = self.scene.as_python()
            self.line.rows = self.line.value.count("\n") + 1

    def _say(self, said, also=""):
        if self.scene.error:
            inside, kind = html.escape(also), "ck-status ck-error"
        else:
            inside, kind = html.escape(said), "ck-status"
            inside += f' <span class="ck-also">{html.escape(also)}</span>' if also else ""
        self.status.value = f'<div role="status" class="{kind}">{inside}</div>'


def _button(title, act=None, **look):
    button = widgets.Button(description=title, **{"tooltip": title} | look)
    if act is not None:
        button.on_click(lambda _: act())
    return button


def _row(children, *kinds):
    row = widgets.Box(children)
    row._dom_classes = kinds
    return row


def _all_below(widget):
    for child in getattr(widget, "children", ()):
        yield from _all_below(child)
    yield widget


def _replace_earlier_ones(explorer):
    """Close the explorers that an earlier execution of the same cell has left."""
    import IPython

    kernel = getattr(IPython.get_ipython(), "kernel", None)
    if kernel is None:
        return
    request = kernel.get_parent()
    cell, execution = request.get("metadata", {}).get("cellId"), request.get("header", {}).get("msg_id")
    if cell is None:
        return
    earlier, explorers = _of_cells.get(cell, (execution, []))
    if earlier != execution:
        for old in explorers:
            old.close()
        explorers = []
    _of_cells[cell] = execution, [*explorers, explorer]
