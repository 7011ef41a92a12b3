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

import ipywidgets as widgets
import numpy as np

from coursekit.explorers import page
from coursekit.explorers.scene import at_start, meant, put
from coursekit.explorers.still import SAID, still

WORK_AT_ONCE = 0.006  # seconds of work before a first picture
SLICE = 0.02  # seconds of work between two looks at the event loop
STILL = 3.0  # seconds of work before the picture that is kept in a notebook
GONE = 4.0  # seconds without an answer after which a page counts as closed
IN_FLIGHT = 4  # pictures sent and not yet drawn


class Shell(widgets.VBox):
    """Widgets, and one picture that stands in for them where no live widget can be shown.

    Parameters
    ----------
    scene : Scene
    settings : dict
        Name of a control of its table -> value at the start; of the others the table says it.
    front : tuple of str, optional
        Which controls stand in front; the others stand behind a button "More".
    buttons : dict, optional
        What stands on a button -> function that returns a sentence.
    """

    _loop = _task = _dataset = _answered = None
    _more = playing = _quiet = False
    _ended, _frames, _drawn, _seen = "", 0, 0, True

    def __init__(self, scene, settings, front=None, buttons=None):
        self.scene, self.controls = scene, at_start(scene.table, settings)
        self._lock = threading.RLock()  # a front end may run callbacks on two threads
        with suppress(RuntimeError):  # outside a notebook
            self._loop = asyncio.get_running_loop()
        self.picture, self.status, self._bridge = widgets.HTML(), widgets.HTML(), widgets.Text()
        self.points = widgets.HTML(layout={"height": "0", "margin": "0"})
        self.line = widgets.Textarea(description="As Python", rows=1, layout={"width": "auto"})
        first = self._play_buttons() if scene.plays else []
        for title, act in (buttons or {}).items():
            first.append(page.button(title, lambda act=act: self._do(act)))
        rows = [
            *page.rows(first, self.controls, front or scene.table),
            self.points,
            self.picture,
            self.status,
        ]
        super().__init__([*rows, page.line(self.line), self._bridge, page.script()])
        self._dom_classes = ["ck-explorer", *(["ck-plays"] if scene.plays else [])]
        self.picture.add_class("ck-picture")
        self._bridge.add_class("ck-bridge")
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._changed(name), "value")
        self._bridge.observe(lambda change: self._heard(change["new"]), "value")
        self._changed(None)
        page.replace_earlier_ones(self)

    def __repr__(self):
        return SAID

    def _repr_mimebundle_(self, **kwargs):
        """Return the view, and the picture for where no kernel runs: of finished work, if it can be."""
        with self._lock:
            end = time.monotonic() + STILL
            while self.scene.work(SLICE) and time.monotonic() < end:
                pass
            return {**(super()._repr_mimebundle_(**kwargs) or {}), "text/html": still(self.scene)}

    def settings(self):
        """Return what the controls say now; a page sends 9.999999999."""
        found = {name: control.value for name, control in self.controls.items()}
        return {name: float(f"{v:.10g}") if isinstance(v, float) else v for name, v in found.items()}

    def set(self, **settings):
        """Move several controls at once, with one new picture."""
        self._do(lambda: self.scene.change(None, self.settings() | settings))

    def follow(self, words):
        """Go where a link says, in words as `Scene.link` writes them; say what in them cannot be shown."""
        with self._lock:
            self._quiet = True
            for _ in range(2):  # the range of a control may depend on another one
                wrong = [self._put(*pair.partition(":")[::2]) for pair in words.split(",")]
                self.scene.change(None, self.settings())
                self.scene.follow(self.controls)
            self._quiet = False
            self._do(lambda: f"Opened by a link.{''.join(wrong)}")

    def _put(self, name, words):
        """Let a control show what a link says; return a sentence where that cannot be."""
        try:
            if name == self.scene.beside:
                self.scene.open_with([float(number) for number in words.split("_")])
            else:
                put(self.controls, name, meant(self.controls, name, words))
        except (TypeError, ValueError) as error:
            return f" Not so: {error}."
        return ""

    def _changed(self, name):
        if not self._quiet:
            self._do(lambda: self.scene.change(name, self.settings()))

    def _do(self, act):
        with self._lock:
            said = act()
            self._said = said = said if self._frames else ""  # nothing has changed at the start
            self._more = self.scene.work(WORK_AT_ONCE)
            while self._more and self._loop is None:  # nowhere to go on later
                self._more = self.scene.work(SLICE)
            self.show(said)
        if self._more:
            self._start()

    # Play

    def _play_buttons(self):
        self.play_button = widgets.ToggleButton(description="Play", icon="play", tooltip="Play or pause")
        self.play_button.observe(self._toggled, "value")
        step = page.button("Step", self.step, "One step forward, then pause", icon="step-forward")
        return [self.play_button, step, page.button("Reset", self.reset, "Back to the start", icon="undo")]

    def _toggled(self, change):
        with self._lock:
            self.playing = change["new"]
            self._more = self._more and not self.playing
            look = ("Pause", "pause") if self.playing else ("Play", "play")
            self.play_button.description, self.play_button.icon = look
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
        inside = list(page.all_below(self))[:-1]
        super().close()
        if self._loop is None or self._loop.is_closed():
            page.close(inside)
        else:  # a last message of the page may be on its way to one of them
            self._loop.call_soon_threadsafe(self._loop.call_later, GONE, page.close, inside)

    def _start(self):
        def ensure_task():
            if self._task is None or self._task.done():
                self._task = self._loop.create_task(self.run())

        if self._loop:
            self._loop.call_soon_threadsafe(ensure_task)

    async def run(self):
        """Finish what was left undone; while playing, show pictures as quickly as the scene says."""
        while self._more or (self.playing and self._seen):
            began, wait = time.monotonic(), 0.0
            if self._more or self._may_send():
                with self._lock:
                    self._one_turn()
                wait = self.scene.seconds - (time.monotonic() - began) if self.playing else 0.0
            elif self._answered is not None and began - self._answered > GONE:
                self.pause()
            else:
                wait = 0.005
            await asyncio.sleep(max(0.001, wait))

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

    def _heard(self, words):
        """Take what the page says: a hand, a link, or which picture it has drawn and whether it is seen."""
        kind, _, rest = words.partition(" ")
        if kind == "hand":
            spot, drag, *places = rest.split()[:6]
            start, now = np.clip([float(place) for place in places], -1, 1).reshape(2, 2)
            self._do(lambda: self.scene.hand(spot, int(drag), start, now))
        elif kind == "link":
            self.follow(rest)
        elif kind.isdigit():
            self._drawn, self._seen, self._answered = int(kind), rest != "hidden", time.monotonic()
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
        error = bool(self.scene.error)
        inside = html.escape(also if error else said)
        inside += f' <span class="ck-also">{html.escape(also)}</span>' if also and not error else ""
        look = f'role="status" class="ck-status{" ck-error" if error else ""}"'
        self.status.value = f'<div {look} data-ck-link="{html.escape(self.scene.link())}">{inside}</div>'
