"""Pages in a real Chromium, in a frame as wide as a phone, where a script of the test's can ask and touch them.

One browser shows them all: its page fetches from this process what to show and ask, and sends back what it found.
"""

from __future__ import annotations

import atexit
import functools
import http.server
import json
import queue
import shutil
import subprocess
import tempfile
import threading
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

BROWSER = [
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER HERE: none of " + ", ".join(NAMES) + " is on PATH"),
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
]
LATE = 120  # seconds after which a browser hangs

# The probe runs after the page is laid out.
OUTER = b"""<!doctype html><meta charset=utf-8><body><script>
async function show({markup, probe, scripts}) {
  const frame = document.createElement("iframe");
  if (!scripts) frame.sandbox = "allow-same-origin";
  Object.assign(frame, {width: 390, height: 844, style: "border:0", srcdoc: markup});
  const loaded = new Promise(resolve => frame.addEventListener("load", resolve));
  document.body.append(frame);
  await loaded;
  const page = frame.contentDocument, root = page.documentElement;
  try { return {found: new Function("frame", "page", "root", probe)(frame, page, root)}; }
  catch (error) { return {error: String(error)}; }
  finally { frame.remove(); }
}
(async () => {
  for (;;) {
    const asked = await fetch("next");
    if (asked.status == 200)
      await fetch("found", {method: "POST", body: JSON.stringify(await show(await asked.json()))});
  }
})();
</script>"""


class Browser:
    """A Chromium with flags of its own, until this process ends."""

    def __init__(self, flags: tuple[str, ...]) -> None:
        self.asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.found: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        handler = functools.partial(Pages, self)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        profile = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        command += ["--no-first-run", "--no-proxy-server", "--remote-debugging-port=0", *flags]
        command += [f"--user-data-dir={profile.name}", f"http://127.0.0.1:{server.server_port}/"]
        self._program = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        atexit.register(self._end, profile)

    def _end(self, profile: tempfile.TemporaryDirectory) -> None:
        self._program.terminate()
        self._program.wait()
        profile.cleanup()


class Pages(http.server.BaseHTTPRequestHandler):
    """What the browser's page fetches."""

    def __init__(self, browser: Browser, *given) -> None:
        self.browser = browser
        super().__init__(*given)

    def do_GET(self) -> None:
        if self.path != "/next":
            return self._answer(200 if self.path == "/" else 404, "text/html", OUTER if self.path == "/" else b"")
        try:
            asked = self.browser.asked.get(timeout=5)
        except queue.Empty:
            return self._answer(204, "text/plain", b"")
        return self._answer(200, "application/json", json.dumps(asked).encode())

    def do_POST(self) -> None:
        self.browser.found.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(204, "text/plain", b"")

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words) -> None:
        """Say nothing."""


@functools.cache
def browser(flags: tuple[str, ...]) -> Browser:
    """The browser with these flags."""
    return Browser(flags)


def ask(page: str, probe: str, *flags: str, scripts: bool = True) -> Any:
    """Load a page in a frame of 390 x 844, and return what ``probe`` returns of it, the body of a function.

    Without ``scripts`` those of the page do not run, while the probe does.
    """
    shown = browser(flags)
    shown.asked.put({"markup": page, "probe": probe, "scripts": scripts})
    answer = shown.found.get(timeout=LATE)
    assert "error" not in answer, answer
    return answer.get("found")
