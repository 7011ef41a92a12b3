"""A real JupyterLab on a free loopback port, driven in headless Chromium."""

import contextlib
import json
import os
import secrets
import shutil
import socket
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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
    command += [f"--ServerApp.root_dir={root}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    with (scratch / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/api?token={token}", server, scratch)
            yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}&reset"
        finally:
            server.terminate()
            server.wait(20)


def _wait_until_it_answers(address, server, scratch):
    for _ in range(300):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{(scratch / 'server.log').read_text()[-3000:]}")


@contextlib.contextmanager
def chromium_page(width=1400, height=1000):
    """Yield a page of a headless Chromium that can reach this machine alone."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.route(lambda url: not url.startswith("http://127.0.0.1"), lambda route: route.abort())
        yield page
        browser.close()


def run_notebook(page, address, name):
    """Open a notebook, restart and run all, and return [{id, outputs}] of its code cells."""
    page.goto(address.format(name))
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=60_000,
    )
    page.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        await window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
        await panel.sessionContext.session.kernel.restart();
    }""")
    page.evaluate(RUN_ALL)
    return page.evaluate(OUTPUTS)
