"""How quickly `explore_training` answers and plays, in real front ends, beside a naive `interact`.

    python tests/benchmarks/bench_explorers.py [--rounds N] [--minutes N]

Needs the extra "browser" and Chromium.

500 points, 4 units. A key press on the slider of the learning rate, until a changed picture is in
the page: explorer and `interact`, which trains and draws a new matplotlib figure, take turns.
Then pictures a second, blank pictures, time until Pause, lag after a drag and CPU time of the
kernel. With --minutes it plays that long instead, and says whether memory grows.
"""

import argparse
import base64
import contextlib
import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent / "browser"))

from explorer_page import Explorer, until
from lab import ask, chromium_page, jupyter_lab, open_notebook, run_cell, shown_by, write_notebook

EXPLORER = "from coursekit.explorers import explore_training\ne = explore_training({})\ne"
PLAYED = EXPLORER.format("iterations=20_000, speed=20")
NAIVE = """import ipywidgets, matplotlib.pyplot as plt, numpy as np, coursekit as ck
from coursekit.explorers import svg
dataset = ck.make_dataset("circle", rng=np.random.default_rng(0))
start = ck.init_params(rng=np.random.default_rng(0))
@ipywidgets.interact(learning_rate=ipywidgets.SelectionSlider(
    options=e.controls["learning_rate"].options, value=1.5, description="Learning rate"))
def show(learning_rate):
    training = ck.train(dataset, params=start, learning_rate=learning_rate, iterations=ITERATIONS)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.6))
    p = ck.forward(training.params, svg.square_grid(64)).p
    left.imshow(p.reshape(64, 64), extent=(-1, 1, -1, 1), vmin=0, vmax=1, cmap="coolwarm")
    left.scatter(*dataset.points.T, s=8, c=dataset.y, cmap="coolwarm", edgecolor="k", linewidth=.5)
    middle.plot(training.loss)
    right.plot(training.accuracy)
    plt.show()"""
FIRST_AND_LAST = """cell => {
    const root = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell];
    const picture = () => {
        const frame = root.querySelector('[data-ck-frame]');
        return frame ? frame.dataset.ckFrame : root.querySelector('img[src^="data:image/png"]')?.src ?? shown;
    };
    let shown = picture(), pressed;
    const seen = [];
    const observer = new MutationObserver(() => {
        if (picture() !== shown) { shown = picture(); seen.push(performance.now() - pressed); }
    });
    observer.observe(root, {childList: true, subtree: true, attributes: true, attributeFilter: ['src']});
    document.addEventListener('keydown', () => { pressed = performance.now(); }, {capture: true, once: true});
    window.ckTimes = () => [seen, performance.now() - pressed];
}"""
DRAG = """root => {
    const times = window.ckDrag = {moved: 0, shown: 0};
    addEventListener('mousemove', () => { times.moved = performance.now(); }, true);
    new MutationObserver(() => { times.shown = performance.now(); })
        .observe(root.querySelector('.ck-picture'), {childList: true, subtree: true});
}"""


def press_and_time(page, cell, key):
    """Return milliseconds from a key press to the first and the last changed picture."""
    slider = ".widget-hslider:has-text('Learning rate') [role=slider]"
    slider = page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(slider)
    slider.evaluate("e => { e.dataset.lmSuppressShortcuts = 'true'; e.focus(); }")  # also the naive one
    page.evaluate(FIRST_AND_LAST, cell)
    page.keyboard.press(key)
    page.wait_for_function("() => window.ckTimes()[0].length", timeout=30_000)
    page.wait_for_function("() => { const [seen, now] = window.ckTimes(); return now > seen.at(-1) + 900; }")
    times = page.evaluate("window.ckTimes()[0]")
    return times[0], times[-1]


def key_presses(page, rounds):
    """Print how long a changed picture takes, and the ratio to `interact` of the same round."""
    ways = [("explorer", 1000), ("interact", 1000), ("explorer", 5000), ("interact", 5000)]
    for cell, (way, iterations) in enumerate(ways):
        code = EXPLORER.format(f"iterations={iterations}") if way == "explorer" else NAIVE
        run_cell(page, cell, code.replace("ITERATIONS", str(iterations)))
    page.wait_for_timeout(3000)
    times = np.empty((rounds, len(ways), 2))
    for i in range(rounds):
        for cell in range(len(ways)):
            times[i, cell] = press_and_time(page, cell, "ArrowLeft" if i % 2 else "ArrowRight")
    print("key press to picture, ms       first: median  p95     last: median  p95     times as fast")
    for cell, (way, iterations) in enumerate(ways):
        (first, last), (slow, slowest) = np.percentile(times[:, cell], (50, 95), axis=0)
        ratio = np.median(times[:, cell + 1 - cell % 2, 0] / times[:, cell, 0])
        numbers = f"{first:17.0f} {slow:5.0f} {last:15.0f} {slowest:5.0f} {ratio:12.1f}"
        print(f"{way:9} {iterations:5} iterations {numbers}")
    for cell in range(len(ways)):
        run_cell(page, cell, "")


def drag(page, explorer, seconds=2.0):
    """Return milliseconds from the last movement of a drag to the last picture."""
    explorer.root.evaluate(DRAG)
    box = explorer["Learning rate"].bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        page.mouse.move(x + 25 * np.sin(6 * (time.monotonic() - start)), y)
    for place in (x - 15, x + 15):  # the last movement changes the value
        page.mouse.move(place, y)
    page.wait_for_timeout(1500)
    times = page.evaluate("window.ckDrag")
    page.mouse.up()
    return max(times["shown"] - times["moved"], 0)


@contextlib.contextmanager
def screencast(page, selector):
    """Collect what the screen shows of an element, as arrays."""
    area = page.evaluate(
        """selector => {
            const {left, top, right, bottom} = document.querySelector(selector).getBoundingClientRect();
            return [left, top, right, bottom].map(Math.round);
        }""",
        selector,
    )
    client, seen = page.context.new_cdp_session(page), []

    def take(frame):
        seen.append(frame["data"])
        client.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    client.on("Page.screencastFrame", take)
    client.send("Page.startScreencast", {"format": "jpeg", "quality": 60})
    pictures = []
    yield pictures
    client.send("Page.stopScreencast")
    pictures += [np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).crop(area)) for data in seen]


def playing(page, explorer, name, seconds=4):
    """Print pictures a second, blanks, and the time until Pause."""
    explorer.press("Reset")
    explorer.press("Play")
    explorer.plays()
    can_ask = name != "Voila"
    cpu = float(ask(page, "import time; print(time.process_time())")) if can_ask else np.nan
    explorer.watch()
    page.wait_for_timeout(1000 * seconds)
    seen = explorer.watched()
    if can_ask:
        cpu = float(ask(page, "print(time.process_time())")) - cpu
    with screencast(page, ".ck-frame image") as pictures:
        page.wait_for_timeout(2000)
    explorer.watch()
    explorer.press("Pause", "Enter")
    page.wait_for_timeout(500)
    paused = explorer.watched()
    rate = len(seen["frames"]) / seconds
    blank = seen["blanks"] + sum(picture.std() < 3 for picture in pictures)
    late = max([at for at, _ in paused["frames"]], default=0) - paused["clicks"][0]
    print(
        f"{name:12} {rate:5.1f} pictures a second, {blank} of {len(pictures)} on the screen blank, "
        f"height {min(seen['heights']):.0f} to {max(seen['heights']):.0f}, "
        f"last picture {late:.0f} ms after Pause"
        + (f", kernel {cpu / len(seen['frames']) * 1e3:.1f} ms a picture" if can_ask else "")
    )


def memory(page, explorer, minutes):
    """Play, and print what the kernel and the page hold, and pictures sent and not drawn."""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    ask(page, "import psutil")
    explorer.press("Reset")
    end, pause = time.monotonic() + 60 * minutes, max(60 * minutes / 12, 5)
    print("minutes   kernel MB   page MB   DOM nodes   pictures   not drawn")
    while True:
        if "Play" in explorer.controls():  # at its end: once more
            explorer.press("Play")
        client.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in client.send("Performance.getMetrics")["metrics"]}
        said = ask(page, "print(psutil.Process().memory_info().rss / 2**20, e._frames, e._frames - e._drawn)")
        kernel, pictures, waiting = said.split()
        at, heap = minutes - (end - time.monotonic()) / 60, metrics["JSHeapUsedSize"] / 2**20
        page_holds = f"{heap:9.1f} {metrics['Nodes']:11.0f}"
        print(f"{at:7.1f} {float(kernel):11.1f} {page_holds} {pictures:>10} {waiting:>11}", flush=True)
        if time.monotonic() > end:
            return
        page.wait_for_timeout(1000 * pause)


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=25)
    options.add_argument("--minutes", type=float, default=0)
    chosen = options.parse_args()
    with contextlib.ExitStack() as stack:
        root, scratch = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        write_notebook(root / "bench.ipynb", "", "", "", "")
        write_notebook(root / "voila.ipynb", PLAYED)
        address = stack.enter_context(jupyter_lab(root, scratch))
        page = stack.enter_context(chromium_page())
        open_notebook(page, address, "bench.ipynb")
        if chosen.minutes:
            run_cell(page, 0, PLAYED)
            return memory(page, Explorer(page), chosen.minutes)
        key_presses(page, chosen.rounds)
        run_cell(page, 0, EXPLORER.format(""))
        explorer = Explorer(page)
        explorer.rests()
        lags = [drag(page, explorer) for _ in range(3)]
        print("lag after a drag of 2 s, ms:", ", ".join(f"{lag:.0f}" for lag in lags))
        for name in ("JupyterLab", "Notebook 7"):
            if name == "Notebook 7":
                open_notebook(page, shown_by("notebook", address), "bench.ipynb")
            run_cell(page, 0, PLAYED)
            explorer = Explorer(page)
            until(lambda explorer=explorer: "20000" in explorer.text(), 30)
            playing(page, explorer, name)
        page.goto(shown_by("voila", address).format("voila.ipynb"))
        explorer = Explorer(page)
        until(lambda: "20000" in explorer.text(), 30)
        playing(page, explorer, "Voila")


if __name__ == "__main__":
    main()
