"""A small Canvas on loopback: the part of its REST API that marks, comments and files need."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "7~secret-token"
PAGE = 4  # people in an answer; the address of the next is in a header
COURSE = "/api/v1/courses/5/assignments/9"


@dataclass
class Canvas:
    """What the server has, what it was asked, and how it misbehaves.

    ``states`` are the Progress's, one a look; ``broken`` maps a path to the status and text of its answer.
    """

    url: str = ""
    students: dict[int, dict[str, Any]] = field(default_factory=dict)
    assignment: dict[str, Any] = field(default_factory=lambda: {"name": "Layers", "points_possible": 18.0})
    states: list[str] = field(default_factory=lambda: ["queued", "running", "completed"])
    late_policy: float = 0.0
    broken: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    written: list[dict[str, str]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)

    def add(self, user: int, name: str, score: float | None = None, *, excused: bool = False, **ids: str) -> None:
        """Someone of the course."""
        who = {"id": user, "sortable_name": name, **ids}
        self.students[user] = {"user_id": user, "assignment_id": 9, "score": score, "excused": excused, "user": who}

    def answer(self, method: str, path: str, fields: dict[str, str], body: bytes) -> Any:
        """The JSON value for a request; None if there is no such place."""
        if path == COURSE:
            return {"id": 9, "course_id": 5, "grading_type": "points", **self.assignment}
        if method == "GET" and path == f"{COURSE}/submissions":
            return list(self.students.values())
        if method == "POST" and path == f"{COURSE}/submissions/update_grades":
            self._store(fields)
            return {"id": 77, "workflow_state": self.states.pop(0), "message": "no room"}
        if path == "/api/v1/progress/77":
            return {"id": 77, "workflow_state": self.states.pop(0) if self.states else "running", "message": "no room"}
        if method == "POST" and path == "/upload":
            self.uploads.append(body)
            return {"id": 31, "url": f"{self.url}/files/31"}
        if found := re.fullmatch(rf"{COURSE}/submissions/(\d+)(/comments/files)?", path):
            if found[2]:
                return {"upload_url": f"{self.url}/upload", "upload_params": {"key": "k"}}
            self.written += [fields] if method == "PUT" else []
            return self.students[int(found[1])]
        return None

    def _store(self, fields: dict[str, str]) -> None:
        self.written.append(fields)
        for name, value in fields.items():
            found = re.fullmatch(r"grade_data\[(\d+)\]\[(\w+)\]", name)
            assert found, name
            if found[2] == "posted_grade":
                self.students[int(found[1])]["score"] = float(value) - self.late_policy
            if found[2] == "excuse":
                self.students[int(found[1])]["excused"] = True


@contextlib.contextmanager
def serving() -> Iterator[Canvas]:
    """A Canvas that answers inside the block."""
    canvas = Canvas()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            path = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            canvas.asked.append(f"{self.command} {path}")
            following = ""
            status, text = canvas.broken.get(path, (200, ""))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}" and path != "/upload":
                status, text = 401, '{"errors": [{"message": "Invalid access token."}]}'
            if status == 200 and not text:
                fields = dict(parse_qsl(body.decode("latin-1"))) if path != "/upload" else {}
                value = canvas.answer(self.command, path, fields, body)
                if isinstance(value, list):
                    start = int(dict(parse_qsl(urlsplit(self.path).query)).get("page", 1)) * PAGE - PAGE
                    following = f"{canvas.url}{path}?page={start // PAGE + 2}" if value[start + PAGE :] else ""
                    value = value[start : start + PAGE]
                status, text = (404, "{}") if value is None else (200, json.dumps(value))
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            if following:
                self.send_header("Link", f'<{following}>; rel="next"')
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = _answer  # noqa: N815  the library's names

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        canvas.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield canvas
        finally:
            server.shutdown()
            thread.join()
