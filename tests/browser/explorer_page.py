"""An explorer in a page, moved by keyboard and watched: for the browser tests and the benchmark."""

import time
from importlib.resources import files

CONTROLS = ".ck-controls :is([role=slider], select, input, button):not([readonly], [tabindex='-1'])"
LABELS = """(controls, wanted) => controls.map(e => !e.checkVisibility() ? '' :
    e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim() || e.textContent.trim() ||
    e.closest('.jupyter-widgets')?.querySelector('.widget-label')?.textContent || 'without a name')"""
WATCH = """root => {
    const seen = root.ckSeen = {frames: [], heights: [], blanks: 0, clicks: [], on: true};
    const number = () => Number(root.querySelector('[data-ck-frame]')?.dataset.ckFrame ?? -1);
    let last = number();
    new MutationObserver(() => {
        if (number() === last) return;
        last = number();
        seen.frames.push([performance.now(), last]);
    }).observe(root, {childList: true, subtree: true});
    root.addEventListener('click', () => seen.clicks.push(performance.now()), true);
    const look = () => {
        const picture = root.querySelector('[data-ck-frame] svg')?.getBoundingClientRect();
        if (!picture || picture.height < 50) seen.blanks += 1;
        seen.heights.push(root.getBoundingClientRect().height);
        if (seen.on) requestAnimationFrame(look);
    };
    look();
}"""
AXE = """async ([source, chosen]) => {
    if (!window.axe) eval(source);
    const {violations} = await axe.run({include: [chosen]}, {resultTypes: ['violations']});
    return violations.map(({id, nodes}) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}"""


def until(found, seconds=60, what="what was waited for"):
    """Wait until a function returns something true, and return that."""
    end = time.monotonic() + seconds
    while True:
        answer = found()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.01)


def violations(page, chosen=".jp-OutputArea-output"):
    """Return what axe-core finds wrong within an element."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    return page.evaluate(AXE, [source, chosen])


def press(control, key):
    """Give a control the focus and press a key there; the focus has to stay."""
    control.focus()
    control.page.keyboard.press(key)
    assert control.evaluate("e => e === document.activeElement"), f"{key} took the focus away"


def move(control):
    """Move a control by one step with the keyboard alone, back where it stands at its end."""
    kind = control.evaluate("e => e.getAttribute('role') || e.type")
    at_end = control.evaluate(
        "e => e.role === 'slider' ? e.ariaValueNow === e.ariaValueMax : e.selectedIndex === e.length - 1"
    )
    keys = {
        "slider": "ArrowLeft" if at_end else "ArrowRight",
        "select-one": "ArrowUp" if at_end else "ArrowDown",
        "number": "ArrowUp",
    }
    press(control, keys.get(kind, "Space"))


class Explorer:
    """The explorer below an element of the page, by default the first.

    Parameters
    ----------
    within : Locator or Page
    """

    def __init__(self, within, nth=0):
        self.root = within.locator(".ck-explorer").nth(nth)
        self.root.locator("[data-ck-frame]").wait_for(state="attached", timeout=30_000)
        until(lambda: self.root.get_attribute("data-ck-ready"), what="the explorer's script")

    def frame(self):
        """Return the number of the picture shown."""
        return int(self.root.locator("[data-ck-frame]").get_attribute("data-ck-frame"))

    def picture(self):
        return self.root.locator("[data-ck-frame]").inner_html()

    def text(self):
        """Return what the status says."""
        return self.root.locator(".ck-status").inner_text()

    def both(self):
        return self.picture(), self.text()

    def controls(self):
        """Return label -> control, of all that can be seen."""
        every = self.root.locator(CONTROLS)
        labels = every.evaluate_all(LABELS)
        return {label: every.nth(i) for i, label in enumerate(labels) if label}

    def __getitem__(self, label):
        return self.controls()[label]

    def press(self, label, key="Space"):
        press(self[label], key)

    def says(self, *words, seconds=60):
        """Wait until the status says all that, and return it."""

        def found():
            text = self.text()
            return text if all(word in text for word in words) else ""

        return until(found, seconds, f"{words} in {self.text()!r}: that")

    def rests(self, seconds=0.4):
        """Wait until no picture has come for a while; return the number of the last one."""
        last, since = self.frame(), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.02)
            if self.frame() != last:
                last, since = self.frame(), time.monotonic()
        return last

    def plays(self, pictures=5, seconds=60):
        """Wait until some more pictures have come."""
        first = self.frame()
        until(lambda: self.frame() >= first + pictures, seconds, f"picture {first + pictures}")

    def watch(self):
        """Start to record pictures, heights, blanks and clicks."""
        self.root.evaluate(WATCH)

    def watched(self):
        """Return what was recorded, and stop recording."""
        return self.root.evaluate("root => { root.ckSeen.on = false; return root.ckSeen; }")
