"""A real JupyterLab on a free loopback port, driven in headless Chromium.

The same server shows notebooks in Notebook 7 and Voila: see `shown_by`.
"""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {  # quiet, and all cells in the page
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin.jupyterlab-settings": {"autosave": False},
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "checkForUpdates": False,
        "fetchNews": "false",
    },
}
RUN_ALL = """async () => {
    const app = window.jupyterapp;
    await app.commands.execute('notebook:run-all-cells');
    const session = app.shell.currentWidget.sessionContext;
    while (session.session.kernel.status !== 'idle' ||
           app.shell.currentWidget.content.widgets.some(
               cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim() &&
                       (cell.model.executionState === 'running' || cell.model.executionCount === null)))
        await new Promise(resolve => setTimeout(resolve, 100));
}"""
RUN_CELL = """async ([index, code]) => {
    const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    const model = notebook.widgets[index].model;
    model.sharedModel.setSource(code);
    await app.commands.execute('notebook:run-cell');
    return model.sharedModel.outputs;
}"""
ASK = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code, store_history: false});
    let said = '';
    future.onIOPub = ({content}) => { said += content.text ?? content.traceback?.join('\\n') ?? ''; };
    await future.done;
    return said;
}"""
LISTEN = """() => {
    const said = window.ckSaid = [];
    window.jupyterapp.shell.currentWidget.sessionContext.iopubMessage.connect((_, message) => {
        if (message.header.msg_type === 'error' || message.content.name === 'stderr')
            said.push(message.content.text ?? message.content.traceback.join('\\n'));
    });
}"""
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .filter(cell => cell.cell_type === 'code')
    .map(cell => ({id: cell.id, outputs: cell.outputs}))"""


def find_chromium():
    """Return the path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def jupyter_lab(root, scratch):
    """Serve JupyterLab from `root` with throw-away settings; yield its address with the token."""
    for name, content in SETTINGS.items():
        folder, file = name.rsplit("/", 1)
        (scratch / "settings" / folder).mkdir(parents=True, exist_ok=True)
        (scratch / "settings" / folder / file).write_text(json.dumps(content))
    token = secrets.token_hex(16)
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    environment = {
        **os.environ,
        **{name: str(scratch / folder) for name, folder in folders.items()},
        "JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.root_dir={root}", "--ServerApp.port_retries=50"]
    command += [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    command += ["--JupyterNotebookApp.expose_app_in_browser=True"]  # one server: Lab, Notebook 7 and Voila
    with (scratch / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = _wait_until_it_answers(token, server, scratch)
            yield f"{address}lab/tree/{{}}?token={token}&reset"
        finally:
            server.terminate()
            server.wait(20)


def _wait_until_it_answers(token, server, scratch):
    """Return the address of the server, which took a port that nobody had."""
    for _ in range(900):  # three minutes: some start when the machine has much else to do
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError, ValueError, StopIteration):
            found = json.loads(next((scratch / "runtime").glob("jpserver-*.json")).read_text())
            address = f"http://127.0.0.1:{found['port']}/"
            with urllib.request.urlopen(f"{address}api?token={token}", timeout=2):
                return address
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{(scratch / 'server.log').read_text()[-3000:]}")


def shown_by(program, address):
    """Return the address for "lab", "notebook" or "voila" of what `jupyter_lab` serves."""
    paths = {"lab": "/lab/tree/", "notebook": "/notebooks/", "voila": "/voila/render/"}
    return address.replace(paths["lab"], paths[program])


def write_notebook(path, *codes):
    """Write a notebook of code cells."""
    common = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    cells = [{**common, "id": f"cell-{i}", "source": code} for i, code in enumerate(codes)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content))


@contextlib.contextmanager
def chromium_page(width=1400, height=1000, outside=None):
    """Yield a page of a headless Chromium that can reach this machine alone.

    What it asked of other machines is appended to the list `outside`.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(viewport={"width": width, "height": height})

        def refuse(route):
            if outside is not None:
                outside.append(route.request.url)
            route.abort()

        context.route(lambda url: not url.startswith("http://127.0.0.1"), refuse)
        yield context.new_page()
        browser.close()


def open_notebook(page, address, name):
    """Open a notebook and wait for its kernel."""
    page.goto(address.format(name))
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=180_000,
    )
    page.evaluate(LISTEN)


def run_cell(page, index, code):
    """Put code into a cell, run it, and return its outputs."""
    return page.evaluate(RUN_CELL, [index, code])


def ask(page, code):
    """Run code in the kernel outside all cells, and return what it prints, errors included."""
    return page.evaluate(ASK, code)


def run_notebook(page, address, name):
    """Open a notebook, restart and run all, and return [{id, outputs}] of its code cells."""
    open_notebook(page, address, name)
    page.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        await window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
        await panel.sessionContext.session.kernel.restart();
    }""")
    page.evaluate(RUN_ALL)
    return page.evaluate(OUTPUTS)
