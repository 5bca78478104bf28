"""The class's end: hands submissions to judges one by one, gives what they ask for, and ends those that are late.

One desk serves one judge at a time, in a thread of the class's. What a judge gets for a submission lies in the judge's
folder, and is gone when the submission is done, as are the student processes that it asked for.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import itertools
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.batch.work import Answer, Order, Terms
from grader.errors import GraderError, HarnessError, Interrupted, Refused
from grader.folders import remove
from grader.forks.client import Child, ForkServer
from grader.intake.snapshot import Snapshot, copied, private_folder
from grader.judges.host import receive, send
from grader.judges.judge import as_message
from grader.judges.server import READY
from grader.limits import NotebookLimits
from grader.sandbox.process import ProcessBox, clean_environment, last_words
from grader.worker.processes import BoxHost, Guest

LOOK_SECONDS = 0.2  # how often a judge that says nothing is looked at
READING_SECONDS = 180.0  # of a processor, for all that a judge itself does with one submission
SLACK_SECONDS = 600.0  # wall-clock time besides twice what the submission's own processes may take
GROWTH = 256 << 20  # bytes by which a judge may grow before another takes its place
PACKAGES = Path(__file__).resolve().parents[2]  # where grader and solutions are


class JudgeServer:
    """The clean parent of all judges of a class; a context manager. ``tell`` hears what takes long."""

    def __init__(self, data: str | None, tell: Callable[[str], object]) -> None:
        self._box = ProcessBox()
        self._stack = contextlib.ExitStack()
        folder = self._stack.enter_context(private_folder())
        self._stack.callback(self._box.close)
        env = clean_environment(folder) | {"PYTHONPATH": str(PACKAGES), "TMPDIR": str(folder)}
        env |= {name: value for name, value in os.environ.items() if name.startswith("NUMBA_")}
        program = [sys.executable, "-c", "from grader.judges.server import main; main([])"]
        try:
            self.parent = ForkServer(self._box, program, env, folder, folder)
            self._stack.callback(self.parent.close)
            self.parent.tell(json.dumps({"data": data}).encode())
            self._wait(tell)
        except BaseException:
            self._stack.close()
            raise

    def _wait(self, tell: Callable[[str], object]) -> None:
        assert self.parent.output, "it was started with a pipe"
        for line in iter(self.parent.output.readline, b""):
            said = json.loads(line)
            if "say" in said:
                tell(said["say"])
            elif "trouble" in said:
                raise Refused(said["trouble"])
            elif READY in said:
                return
        raise HarnessError(f"The process that judges did not start{last_words(self.parent.log)}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()


@dataclass(slots=True)
class _Judge:
    """A judge, and the desk's ends of the line to it."""

    child: Child
    words: Connection
    descriptors: socket.socket
    folder: Path
    pid: int = 0
    size: int = 0  # bytes of memory at first


class Desk:
    """Hands out submissions to one judge after the other; a context manager for one thread."""

    def __init__(self, server: JudgeServer, host: BoxHost, terms: Terms, read: tuple[str, ...] = ()) -> None:
        """``read`` are the files and folders that student processes may be given to read."""
        self._server, self._host, self._terms, self._read = server, host, terms, set(read)
        self._judge: _Judge | None = None
        self._guests: dict[int, Guest] = {}
        self._numbers = itertools.count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the judge, if there is one, and the processes that it asked for."""
        self._dismiss()
        if self._judge is None:
            return
        judge, self._judge = self._judge, None
        judge.words.close()
        judge.descriptors.close()
        judge.child.end()
        remove(judge.folder)

    def grade(self, student: str, shown: str, path: Path, known: str, *, follow: bool) -> Answer:
        """Have a submission graded; Refused if it cannot be copied, HarnessError if the judge fails or is late."""
        return Answer(**self._handed("grade", student, shown, path, known, follow=follow))

    def recognise(self, student: str, shown: str, path: Path, *, follow: bool) -> str:
        """The assignment that a submission looks most like; empty if that cannot be told."""
        return str(self._handed("recognise", student, shown, path, "", follow=follow)["likeness"])

    def _handed(self, do: str, student: str, shown: str, path: Path, known: str, *, follow: bool) -> dict[str, Any]:
        judge = self._employed()
        inbox = judge.folder / "inbox"
        inbox.mkdir(0o700)
        try:
            copy = copied(path, inbox, Path(shown), follow=follow, data=self._terms.notebook is not None)
            order = Order(student, shown, copy, known)
            answer = self._served(judge, as_message(order, self._host.probes, do))
        except Refused:
            raise
        except (EOFError, OSError):  # it has gone
            how = self._how_it_ended(judge)
            self.close()
            raise HarnessError(f"The process that judged it {how}.") from None
        except BaseException:
            self.close()
            raise
        finally:
            self._dismiss()
            remove(inbox)
        if _size(judge.pid) > judge.size + GROWTH:
            self.close()
        return answer

    def _served(self, judge: _Judge, message: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a message; meanwhile the judge gets what it asks for."""
        send(judge.words, message)
        begin, used = time.monotonic(), _processor_seconds(judge.pid)
        limits = self._terms.notebook
        wall = 2 * self._terms.time_factor * self._terms.seconds + 2 * (limits.total if limits else 0) + SLACK_SECONDS
        while True:
            if judge.words.poll(LOOK_SECONDS):
                said = receive(judge.words)
                if "failed" in said:
                    raise HarnessError(f"The grader itself failed: {said['failed']}.")
                if "answer" in said:
                    answer: dict[str, Any] = said["answer"]
                    return answer
                send(judge.words, self._given(judge, said))
            if self._host.closed:
                raise Interrupted("Grading was stopped.")
            if _processor_seconds(judge.pid) - used > READING_SECONDS:
                raise HarnessError(f"Reading and judging it took longer than {READING_SECONDS:g} s of processor time.")
            if time.monotonic() - begin > wall:
                raise HarnessError(f"It was not graded within {wall:g} s.")

    def _given(self, judge: _Judge, said: Mapping[str, Any]) -> dict[str, Any]:
        """What a judge asked for, or the trouble with it."""
        try:
            verb = said["ask"]
            if verb == "guest":
                return self._new_guest(judge, said["way"], said["read"])
            if verb == "note":
                self._host.note(said["probes"])
                return {"probes": dict(self._host.probes)}
            if verb == "notebook":
                return self._run_notebook(judge, said)
            return self._of_guest(verb, said)
        except Interrupted:
            raise
        except (GraderError, OSError) as error:
            return {"trouble": str(error)}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise HarnessError(f"The process that judged it asked for what there is not ({error!r}).") from None

    def _new_guest(self, judge: _Judge, way: str, read: list[str]) -> dict[str, Any]:
        if not self._read.issuperset(read):
            raise HarnessError("A student process may read nothing but the data set.")
        guest = self._host.guest(way, read)
        number = next(self._numbers)
        self._guests[number] = guest
        with guest.requests as requests, guest.replies as replies:  # the judge's alone, from now on
            socket.send_fds(judge.descriptors, [b"-"], [requests.fileno(), replies.fileno()])
        return {"number": number, "lock": guest.lock, "settle": guest.settle}

    def _of_guest(self, verb: str, said: Mapping[str, Any]) -> dict[str, Any]:
        number = said["number"]
        guest = self._guests[number]
        if verb == "answered":
            guest.answered(int(said["pid"]))
            return {}
        if verb == "look":
            return {"look": guest.look()}
        if verb == "last words":
            return {"words": guest.last_words()}
        if verb == "exit code":
            return {"code": guest.exit_code()}
        if verb == "kill":
            guest.kill()
            del self._guests[number]
            return {}
        raise KeyError(verb)

    def _run_notebook(self, judge: _Judge, said: Mapping[str, Any]) -> dict[str, Any]:
        """Run a notebook from another copy of the judge's, whose files are taken as anyone's."""
        limits = self._terms.notebook or NotebookLimits()
        path, root = Path(said["path"]), Path(said["root"]) if said["root"] else None
        for place in (path, *([root] if root else [])):
            if not place.is_relative_to(judge.folder) or ".." in place.parts:
                raise HarnessError("A notebook is run from the folder of its submission only.")
        converted = {str(name): base64.b64decode(text) for name, text in said["converted"].items()}
        with private_folder() as folder:
            taken: Snapshot = copied(root or path, folder, path, follow=False, data=True)
            notebook = taken.content / path.relative_to(root) if root else taken.content
            run = self._host.run_notebook(notebook, taken.content if root else None, limits, converted)
        return {"run": dataclasses.asdict(run), "probes": dict(self._host.probes)}

    def _dismiss(self) -> None:
        """End the student processes that a judge left."""
        while self._guests:
            _, guest = self._guests.popitem()
            with contextlib.suppress(GraderError, OSError):
                guest.kill()

    def _employed(self) -> _Judge:
        """The judge that there is, or a new one."""
        if self._judge is not None:
            return self._judge
        if self._host.closed:
            raise Interrupted("Grading was stopped.")
        folder = Path(tempfile.mkdtemp(prefix="grader-judge-"))
        words, its_words = socket.socketpair()
        descriptors, its_descriptors = socket.socketpair()
        with its_words, its_descriptors:
            child = self._server.parent.fork([], [its_words.fileno(), its_descriptors.fileno()])
        judge = self._judge = _Judge(child, Connection(words.detach()), descriptors, folder)
        try:
            first = {"folder": str(folder), "level": self._host.level, "ways": list(self._host.ways())}
            send(judge.words, first | {"terms": dataclasses.asdict(self._terms)})
            said = receive(judge.words)
        except (EOFError, OSError):
            said = {"trouble": f"The process that judges did not start{last_words(self._server.parent.log)}."}
        if said.get("trouble"):
            self.close()
            raise HarnessError(said["trouble"])
        judge.pid = said["pid"]
        judge.size = _size(judge.pid)
        return judge

    def _how_it_ended(self, judge: _Judge) -> str:
        with contextlib.suppress(GraderError, OSError):
            code = judge.child.exit_code()
            if code is not None:
                return f"was ended by signal {-code}" if code < 0 else f"ended itself with exit code {code}"
        return "closed its line"


def _processor_seconds(pid: int) -> float:
    """What a process has used of processors; 0 where that is not known."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _size(pid: int) -> int:
    """The memory that a process occupies, in bytes; 0 where that is not known."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
