"""The class's end: hands submissions to judges one by one, gives what they ask for, and ends those that are late.

One desk serves one judge at a time, in a thread of the class's. What a judge gets for a submission lies in a folder
that it can read and not change, and is gone when the submission is done, as are the student processes that it asked
for. A judge may have been taken over by what it read: whatever it says, or does not say, costs its own submission.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import dataclasses
import itertools
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from grader.batch.work import Answer, Order, Terms
from grader.course.assignments import all_assignments
from grader.course.folder import VARIABLE, current
from grader.errors import GraderError, HarnessError, Interrupted, Refused, Starved
from grader.folders import remove
from grader.forks.client import Parent
from grader.intake.snapshot import Snapshot, copied, moved, private_folder, reached
from grader.judges.host import MOST_SAID, receive, send
from grader.judges.judge import as_message
from grader.judges.server import READY
from grader.judges.watch import Judge, Watch, size
from grader.limits import DATA_SECONDS, JUDGE_GROWTH, MOST_GUESTS, SLACK_SECONDS, NotebookLimits
from grader.lock.probe import HIDING, NAMES
from grader.machine.shortage import Shortage, even_alone
from grader.sandbox.process import ProcessBox, clean_environment, last_words
from grader.worker.processes import BoxHost, Guest

# What comes of words that are not of the form that they should have.
ODD = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
Read = TypeVar("Read")
MOST_SECONDS = 1e6  # that an answer may say it took
PACKAGES = Path(__file__).resolve().parents[2]  # where grader and solutions are


class JudgeServer:
    """The clean parent of judges; ``tell`` hears what takes long."""

    def __init__(self, data: str | None, tell: Callable[[str], object]) -> None:
        self._box = ProcessBox()
        self._stack = contextlib.ExitStack()
        folder = self._stack.enter_context(private_folder())
        self._stack.callback(self._box.close)
        env = clean_environment(folder) | {"PYTHONPATH": str(PACKAGES), "TMPDIR": str(folder)}
        env |= {name: value for name, value in os.environ.items() if name.startswith("NUMBA_")}
        if not sys.dont_write_bytecode:  # it holds no student code, and keeps compiled templates for the next
            del env["PYTHONDONTWRITEBYTECODE"]
        env[VARIABLE] = str(current().folder)
        program = [sys.executable, "-c", "from grader.judges.server import main; main([])"]
        try:
            self.parent = Parent(self._box, program, env, folder, folder)
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

    def close(self) -> None:
        """End it, with all judges that there are."""
        self._stack.close()


_servers: dict[tuple[str, str | None], JudgeServer] = {}
_starting = threading.Lock()


def shared_server(data: str | None, tell: Callable[[str], object]) -> JudgeServer:
    """This process's server for its course and a data set, or none: it is started once, or again if it died."""
    what = str(current().folder), data
    with _starting:
        known = _servers.get(what)
        if known is None or known.parent.has_ended():
            known = _servers[what] = JudgeServer(data, tell)
            atexit.register(known.close)
        return known


class Desk:
    """Hands out submissions to one judge after the other; a context manager for one thread."""

    def __init__(self, server: JudgeServer, host: BoxHost, terms: Terms, read: tuple[str, ...] = ()) -> None:
        """``read`` are the files and folders that student processes may be given to read."""
        self._server, self._host, self._terms, self._read = server, host, terms, set(read)
        self._judge: Judge | None = None
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
        for line in judge.lines:
            line.close()
        judge.child.end()
        remove(judge.folder)

    def grade(
        self, student: str, shown: str, path: Path | Snapshot, known: str, *, follow: bool, notes: tuple[str, ...] = ()
    ) -> Answer:
        """Have a submission graded; Refused if it cannot be copied, HarnessError if the judge fails or is late.

        Starved if memory ran out, unless it is graded again for that already.
        """
        return self._handed("grade", read_answer, student, shown, path, known, follow=follow, notes=notes)

    def recognise(self, student: str, shown: str, path: Path | Snapshot, *, follow: bool) -> str:
        """The assignment that a submission looks most like; empty if that cannot be told."""
        return self._handed("recognise", read_likeness, student, shown, path, "", follow=follow)

    def _handed(
        self,
        do: str,
        read: Callable[[Any], Read],
        student: str,
        shown: str,
        path: Path | Snapshot,
        known: str,
        *,
        follow: bool,
        notes: tuple[str, ...] = (),
    ) -> Read:
        judge = self._employed()
        inbox = judge.folder / "inbox" / str(next(self._numbers))
        inbox.mkdir(0o700)
        shortage = Shortage()
        try:
            if isinstance(path, Snapshot):  # which was made on another machine
                copy = moved(path, inbox)
            else:
                copy = copied(path, inbox, Path(shown), follow=follow, data=self._terms.notebook is not None)
            order = Order(student, shown, copy, known, notes)
            answer = read(self._served(judge, as_message(order, self._host.probes, do)))
        except Refused:
            raise
        except (EOFError, OSError):  # it has gone
            code, how = self._how_it_ended(judge)
            self.close()
            shortage.check(code, "The process that judged it")
            raise HarnessError(f"The process that judged it {how}.") from None
        except (*ODD, MemoryError) as error:
            self.close()
            what = type(error).__name__
            raise HarnessError(f"The process that judged it said what cannot be read ({what}).") from None
        except BaseException:
            self.close()
            raise
        finally:
            self._dismiss()
            remove(inbox)
        if size(judge.pid) > judge.size + JUDGE_GROWTH:
            self.close()
        return answer

    def _served(self, judge: Judge, message: Mapping[str, Any]) -> Any:
        """The answer to a message; meanwhile the judge gets what it asks for."""
        with Watch(judge, self._host, wall_seconds(self._terms)) as watch:
            try:
                send(judge.words, message)
                while "answer" not in (said := self._heard(judge)):
                    send(judge.words, self._given(judge, said))
            except (EOFError, OSError):
                if watch.why is None:
                    raise
        if watch.why:
            raise watch.why
        return said["answer"]

    def _heard(self, judge: Judge) -> dict[str, Any]:
        """What a judge says next. Once grading is stopped nothing counts: its student processes were ended by us."""
        said = receive(judge.words, MOST_SAID)
        if self._host.closed:
            raise Interrupted("Grading was stopped.")
        if "failed" in said:
            raise HarnessError(f"The grader itself failed: {said['failed']}.")
        return said

    def _given(self, judge: Judge, said: Mapping[str, Any]) -> dict[str, Any]:
        """What a judge asked for, or the trouble with it."""
        try:
            verb = said["ask"]
            if verb == "guest":
                return self._new_guest(judge, said["way"], said["read"])
            if verb == "note":
                if not {*NAMES, *HIDING}.issuperset(said["probes"]):
                    raise ValueError("there are no such probes")
                self._host.note(said["probes"])
                return {"probes": dict(self._host.probes)}
            if verb == "notebook":
                return self._run_notebook(judge, said)
            return self._of_guest(verb, said)
        except Interrupted:
            raise
        except Starved as error:
            if not self._terms.again:  # what would be made of the rest does not count
                raise
            return {"trouble": even_alone(error, self._terms.size)}
        except (GraderError, OSError) as error:
            return {"trouble": str(error)}
        except ODD as error:
            what = type(error).__name__
            raise HarnessError(f"The process that judged it asked for what there is not ({what}).") from None

    def _new_guest(self, judge: Judge, way: str, read: list[str]) -> dict[str, Any]:
        if not self._read.issuperset(read):
            raise HarnessError("A student process may read nothing but the data set.")
        if way not in self._host.ways() or len(self._guests) >= MOST_GUESTS:
            raise HarnessError("No more student processes are to be had, or none in that way.")
        guest = self._host.guest(way, read)
        number = next(self._numbers)
        self._guests[number] = guest
        room = guest.open_room()
        try:
            with guest.requests as requests, guest.replies as replies:  # the judge's alone, from now on
                socket.send_fds(judge.lines[1], [b"-"], [requests.fileno(), replies.fileno(), room])
        finally:
            os.close(room)
        return {"number": number}

    def _of_guest(self, verb: str, said: Mapping[str, Any]) -> dict[str, Any]:
        number = said["number"]
        guest = self._guests[number]
        if verb == "answered":
            guest.answered(int(said["pid"]))
            return {}
        if verb == "look":
            return {"look": guest.look(room_only=said.get("room_only") is True)}
        if verb == "last words":
            return {"words": guest.last_words()}
        if verb == "exit code":
            return {"code": guest.exit_code()}
        if verb == "kill":
            guest.kill()
            del self._guests[number]
            return {}
        raise KeyError(verb)

    def _run_notebook(self, judge: Judge, said: Mapping[str, Any]) -> dict[str, Any]:
        """Run a notebook from another copy of the judge's, whose files are taken as anyone's."""
        limits = self._terms.notebook or NotebookLimits()
        path, root = Path(said["path"]), Path(said["root"]) if said["root"] else None
        if ".." in path.parts:
            raise HarnessError("A notebook is run from the folder of its submission only.")
        converted = {str(name): base64.b64decode(text) for name, text in said["converted"].items()}
        with private_folder() as folder:
            with reached(judge.folder, root or path) as place:
                taken: Snapshot = copied(place, folder, path, follow=False, data=True)
            notebook = taken.content / path.relative_to(root) if root else taken.content
            run = self._host.run_notebook(notebook, taken.content if root else None, limits, converted)
        return {"run": dataclasses.asdict(run), "probes": dict(self._host.probes)}

    def _dismiss(self) -> None:
        """End the student processes that a judge left."""
        while self._guests:
            _, guest = self._guests.popitem()
            with contextlib.suppress(GraderError, OSError):
                guest.kill()

    def _employed(self) -> Judge:
        """The judge that there is, or a new one."""
        if self._judge is not None:
            return self._judge
        if self._host.closed:
            raise Interrupted("Grading was stopped.")
        folder = Path(tempfile.mkdtemp(prefix="grader-judge-"))
        for name in ("inbox", "room"):
            (folder / name).mkdir(0o700)
        words, its_words = socket.socketpair()
        descriptors, its_descriptors = socket.socketpair()
        with its_words, its_descriptors:
            child = self._server.parent.fork([], [its_words.fileno(), its_descriptors.fileno()])
        judge = self._judge = Judge(child, Connection(os.dup(words.fileno())), (words, descriptors), folder)
        try:
            first: dict[str, Any] = {"folder": str(folder / "room"), "inbox": str(folder / "inbox")}
            first |= {"level": self._host.level, "ways": list(self._host.ways())}
            send(judge.words, first | {"terms": dataclasses.asdict(self._terms)})
            said = receive(judge.words)
        except (EOFError, OSError):
            said = {"trouble": f"The process that judges did not start{last_words(self._server.parent.log)}."}
        if said.get("trouble"):
            self.close()
            raise HarnessError(said["trouble"])
        judge.pid = said["pid"]
        judge.size = size(judge.pid)
        return judge

    def _how_it_ended(self, judge: Judge) -> tuple[int | None, str]:
        with contextlib.suppress(GraderError, OSError):
            code = judge.child.exit_code()
            if code is not None:
                return code, f"was ended by signal {-code}" if code < 0 else f"ended itself with exit code {code}"
        return None, "closed its line"


def wall_seconds(terms: Terms) -> float:
    """The wall-clock time after which the judge of one submission is late."""
    own = terms.seconds + (DATA_SECONDS if terms.data else 0)
    return 2 * terms.time_factor * own + 2 * (terms.notebook.total if terms.notebook else 0) + SLACK_SECONDS


def read_answer(fields: Any) -> Answer:
    """An answer whose fields have their types, and can be written."""
    answer = Answer(**fields)
    for one in dataclasses.fields(Answer):
        value = getattr(answer, one.name)
        if type(value) is not type(one.default):
            raise TypeError(one.name)
        if isinstance(value, str):
            value.encode()
    if not 0 <= answer.seconds <= MOST_SECONDS:  # NaN neither
        raise ValueError("seconds")
    return answer


def read_likeness(fields: Any) -> str:
    """An assignment that there is, or none."""
    likeness = fields["likeness"]
    if likeness and likeness not in all_assignments():
        raise ValueError("there is no such assignment")
    return str(likeness)
