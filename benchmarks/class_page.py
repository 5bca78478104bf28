"""The page of a class of 1,000 in Chromium: first paint within a second, search and filter within 100 ms.

The times hold the wait for the next frame, so that a fast action takes the 16 ms of one.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Options
from benchmarks.measure import Failed
from grader.course.assignments import find_assignment
from grader.exporters import html
from grader.model import CheckResult, ErrorInfo, Isolation, PartResult, Result, Status, SubmissionInfo

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SIZE = 1000
ASSIGNMENT = "cs231n_2016_a2"  # one with many parts and checks
ENDS = (Status.FAILED, Status.CRASHED, Status.TIMED_OUT, Status.MISSING, Status.SKIPPED, Status.VIOLATED)

PAINTED = """new Promise(done => new PerformanceObserver(list => {
  const found = list.getEntriesByName("first-contentful-paint");
  if (found.length) done(found[0].startTime);
}).observe({type: "paint", buffered: true}))"""
# From the event to the end of the frame that shows what it did.
UNTIL_SHOWN = """new Promise(done => {
  const start = performance.now();
  %s;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now() - start);
    channel.port2.postMessage(0);
  });
})"""
TYPE = 'search.value = "%s"; search.dispatchEvent(new Event("input"))'
CHOOSE = 'only.value = "%s"; only.dispatchEvent(new Event("change"))'
SORT = 'document.querySelectorAll(".students thead button")[1].click()'
FOLD = 'document.querySelector("details.checks").open = %s'
PROMISED = "promised: under 100"
# What is measured, what undoes it, and what is promised of it.
ACTIONS = {
    "a name is searched": (TYPE % "student 07", TYPE % "", PROMISED),
    "a filter is chosen": (CHOOSE % "attention", CHOOSE % "", PROMISED),
    "all are shown again": (CHOOSE % "", CHOOSE % "attention", PROMISED),
    "a column is sorted": (SORT, SORT, ""),
    "a part's checks are unfolded": (FOLD % "true", FOLD % "false", ""),
}


def measure(options: Options) -> Iterator[Figure]:
    """Yield the page's size, the time to make it, and the milliseconds that a reader waits."""
    results = _class()
    changes = {result.student: float(k % 5 - 2) for k, result in enumerate(results)}
    started = time.perf_counter()
    page = html.index(results, changes=changes, title="Class")
    took = time.perf_counter() - started
    what = f"{SIZE} students, {len(results[0].checks)} checks"
    yield Figure(f"{what}: making the page", (1000 * took,), "ms")
    yield Figure(f"{what}: the page", (len(page.encode()) / 1000,), "kB")
    if CHROMIUM is None:
        yield Figure(f"{what}: in Chromium", (), note="there is no Chromium here")
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, _Browser(Path(place)) as browser:
        (Path(place) / "index.html").write_text(page, "utf-8")
        paints = [browser.open((Path(place) / "index.html").as_uri()) for _ in range(options.rounds)]
        yield Figure("first paint", tuple(paints), "ms", note="promised: under 1,000")
        for action, (does, undoes, promised) in ACTIONS.items():
            waits = []
            for _ in range(options.rounds):
                browser.evaluate(UNTIL_SHOWN % undoes)
                waits.append(browser.evaluate(UNTIL_SHOWN % does))
            yield Figure(action, tuple(waits), "ms", note=promised)


def _class() -> list[Result]:
    """Students who each miss other checks of one assignment, by a fixed rule."""
    parts = find_assignment(ASSIGNMENT).parts
    return [_student(k, parts) for k in range(SIZE)]


def _student(k: int, parts: Any) -> Result:
    done = []
    places = itertools.count()
    for part in parts:
        checks = []
        for check in part.checks.values():
            i = next(places)
            end = ENDS[(k + i) % 6] if (k * 7 + i * 5) % 10 < k % 6 else Status.PASSED
            points = check.points if end is Status.PASSED else 0.0
            error = ErrorInfo("ValueError", "shapes (3,) and (4,) differ", 3, 1) if end is Status.CRASHED else None
            checks.append(CheckResult(check.slug, check.title, end, points, check.points, 0.1, error=error))
        score = sum(check.points for check in checks)
        done.append(PartResult(part.slug, part.title, score, sum(c.max_points for c in checks), tuple(checks)))
    info = SubmissionInfo(f"student{k}.zip", "0" * 64)
    score, most = sum(part.score for part in done), sum(part.max_score for part in done)
    isolation = Isolation("lockdown")
    return Result(
        ASSIGNMENT, f"Student {k:04}", info, "graded", score, most, 1, False, {}, isolation, parts=tuple(done)
    )


class _Browser:
    """A headless Chromium, told what to do over two pipes by its DevTools protocol."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._session: str | None = None

    def __enter__(self) -> _Browser:
        assert CHROMIUM
        hears, tells = os.pipe()
        says, listens = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in os.pipe())
        hears = fcntl.fcntl(hears, fcntl.F_DUPFD_CLOEXEC, 10)
        self._process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={self._folder / 'profile'}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=lambda: [os.dup2(hears, 3), os.dup2(listens, 4)],  # the numbers that it asks for
            close_fds=False,
            stderr=subprocess.DEVNULL,
        )
        os.close(hears)
        os.close(listens)
        self._to, self._from = os.fdopen(tells, "wb"), os.fdopen(says, "rb")
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, Failed):
            self._session = None
            self._ask("Browser.close")
        self._to.close()
        self._from.close()
        self._process.wait()

    def open(self, address: str) -> float:
        """Load a page, and say after how many milliseconds something was seen of it."""
        self._ask("Page.navigate", url="about:blank")
        self._ask("Page.navigate", url=address)
        return self.evaluate(PAINTED)

    def evaluate(self, script: str) -> float:
        """What the script in the page comes to."""
        said = self._ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in said:
            raise Failed(f"The page's script failed: {said['exceptionDetails']['exception'].get('description')}.")
        return float(said["result"]["value"])

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": number, "method": method, "params": parameters} | session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while True:
            answer = json.loads(self._read())
            if answer.get("id") == number:
                if "error" in answer:
                    raise Failed(f"Chromium refused {method}: {answer['error']['message']}.")
                return dict(answer["result"])

    def _read(self) -> bytes:
        text = bytearray()
        while (byte := self._from.read(1)) != b"\0":
            if not byte:
                raise Failed("Chromium ended.")
            text += byte
        return bytes(text)
