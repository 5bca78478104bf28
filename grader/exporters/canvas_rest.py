"""Canvas over its REST API, with the library canvasapi (extra ``canvas``): marks, comments and files.

``POST …/submissions/update_grades`` takes all marks at once and answers with a Progress, which is asked until it is
done; then the marks are read again, since a late policy of Canvas may have changed them.
"""

from __future__ import annotations

import contextlib
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grader.errors import GraderError, Refused
from grader.exporters.matching import Sought, label, match
from grader.exporters.roundtrip import Change, Plan, Standing, comment, decide, say_maxima, unmatched
from grader.gradebook import Row
from grader.words import inert, number

PATIENCE = 30.0  # seconds for an answer
PAUSES = (0.5, *[1.0] * 10, *[3.0] * 40)  # between two looks at the Progress: two minutes in all
AT_ONCE = 200  # marks in a request
POINTS = ("points", "percent", "letter_grade", "gpa_scale")  # that take a number as points
LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an assignment is; ``token`` is a secret, and in no message."""

    url: str
    course: int
    assignment: int
    token: str = field(repr=False)


@dataclass(slots=True)
class Upload:
    """What is to be sent: ``plan`` for people, ``grades`` for Canvas by its user ids, ``rows`` by the same."""

    plan: Plan
    grades: dict[int, dict[str, Any]] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)


class Canvas:
    """One assignment of a course; every trouble with the network is one sentence."""

    def __init__(self, place: Place) -> None:
        self._place = place
        host = urlsplit(place.url).hostname or ""
        if not place.url.startswith("https://") and not LOOPBACK.fullmatch(host):
            raise Refused(f"--url {place.url} must begin with https://, since the token goes there.")
        try:
            import canvasapi.course
            import canvasapi.requester
            import requests.adapters
        except ImportError:
            raise Refused("This needs the package canvasapi: `python -m pip install canvasapi` installs it.") from None

        class Patient(requests.adapters.HTTPAdapter):
            def send(self, *args: Any, **options: Any) -> Any:
                return super().send(*args, **options | {"timeout": PATIENCE})

        requester = canvasapi.requester.Requester(place.url.rstrip("/"), place.token)
        for scheme in ("https://", "http://"):
            requester._session.mount(scheme, Patient())
        self._course = canvasapi.course.Course(requester, {"id": place.course})
        with self._told("the assignment cannot be read"):
            self._assignment = self._course.get_assignment(place.assignment)
        kind = getattr(self._assignment, "grading_type", "points")
        if kind not in POINTS:
            raise Refused(f"This assignment of Canvas takes no points, as it is of the type {inert(kind)}.")

    def plan(self, rows: Sequence[Row], *, comments: bool = False) -> Upload:
        """What would be sent; nothing is written."""
        with self._told("the marks cannot be read"):
            theirs = list(self._assignment.get_submissions(include=["user"], per_page=100))
        if any(getattr(each, "user_id", None) is None for each in theirs):
            raise Refused(
                "Canvas does not say who handed in, as this assignment is graded anonymously; end that first."
            )
        people = [_sought(submission) for submission in theirs]
        matches = match(people, rows)
        upload = Upload(Plan(inert(str(getattr(self._assignment, "name", "")))))
        highest = getattr(self._assignment, "points_possible", None)
        for submission, sought, found in zip(theirs, people, matches, strict=True):
            if found.row is None:
                unmatched(sought, found, upload.plan)
                continue
            if found.by_name:
                upload.plan.said.append(f"{sought.label} was found by the name only, which nobody else has.")
            self._add(upload, submission, sought, found.row, comments=comments)
        taken = {id(found.row) for found in matches}
        upload.plan.missing = [label(row) for row in rows if id(row) not in taken]
        say_maxima(upload.plan, ((highest, found) for found in matches))
        return upload

    def _add(self, upload: Upload, submission: Any, sought: Sought, row: Row, *, comments: bool) -> None:
        old = _score(submission)
        excused = bool(getattr(submission, "excused", False))
        standing = Standing(sought.label, "" if old is None else number(old), excused=excused, can_excuse=True)
        new = decide(standing, row, upload.plan)
        if new is None:
            return
        grade: dict[str, Any] = {"excuse": True} if new == "excused" else {"posted_grade": number(new)}
        if comments:
            grade["text_comment"] = comment(row)
        upload.grades[submission.user_id] = grade
        upload.rows[submission.user_id] = row
        upload.plan.changes.append(Change(standing.who, standing.old, "EX" if new == "excused" else number(new)))

    def send(self, upload: Upload, pause: Callable[[float], object] = time.sleep) -> list[str]:
        """Send the marks and wait until Canvas has stored them; what it then has that is not what was sent."""
        people = list(upload.grades)
        for start in range(0, len(people), AT_ONCE):
            chosen = {user: upload.grades[user] for user in people[start : start + AT_ONCE]}
            with self._told("the marks were not stored"):
                progress = self._assignment.submissions_bulk_update(grade_data=chosen)
            self._wait(progress, pause)
        return self._differences(upload)

    def _wait(self, progress: Any, pause: Callable[[float], object]) -> None:
        for seconds in PAUSES:
            state = getattr(progress, "workflow_state", "")
            if state == "completed":
                return
            if state == "failed":
                why = inert(str(getattr(progress, "message", "") or "it does not say why"))
                raise GraderError(f"Canvas failed to store the marks: {why}. Look with --dry-run at what it has.")
            pause(seconds)
            with self._told("it cannot be asked whether the marks are stored; look with --dry-run at what it has"):
                progress = progress.query()
        raise GraderError("Canvas has not stored all marks after two minutes; look with --dry-run at what it has.")

    def _differences(self, upload: Upload) -> list[str]:
        with self._told("the marks were sent and cannot be read again; look with --dry-run at what it has"):
            now = {each.user_id: each for each in self._assignment.get_submissions(per_page=100)}
        said = []
        for (user, grade), change in zip(upload.grades.items(), upload.plan.changes, strict=True):
            score = _score(now.get(user))
            if "posted_grade" in grade and (score is None or number(score) != grade["posted_grade"]):
                has = "no mark" if score is None else number(score)
                said.append(f"{change.who}: {change.new} was sent and Canvas has {has}, perhaps by its late policy.")
        return said

    def attach(self, upload: Upload, files: Mapping[int, Sequence[Path]]) -> list[str]:
        """Add files to the comments of those whose marks were sent; what failed, a sentence each."""
        said = []
        for user, paths in files.items():
            for path in paths:
                try:
                    with self._told(f"{path.name} of {label(upload.rows[user])} was not uploaded"):
                        submission = self._assignment.get_submission(user)
                        if not submission.upload_comment(path)[0]:
                            raise ValueError("no address")
                except GraderError as error:
                    said.append(str(error))
        return said

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turn every trouble with the network or the answer into one sentence, without the token."""
        from canvasapi import exceptions
        from requests import JSONDecodeError, RequestException, Timeout

        where = f"{urlsplit(self._place.url).hostname}: {what}"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except (exceptions.InvalidAccessToken, exceptions.Unauthorized):
            raise Refused(f"{where}, as the token in CANVAS_TOKEN is not taken; make a new one in Canvas.") from None
        except exceptions.RateLimitExceeded:
            raise GraderError(f"{where}, as there were too many requests; try again in a few minutes.") from None
        except exceptions.Forbidden:
            raise Refused(f"{where}, as the token's owner may not do that in this course.") from None
        except exceptions.ResourceDoesNotExist:
            course, number_ = self._place.course, self._place.assignment
            raise Refused(f"{where}, as there is no course {course} with assignment {number_}.") from None
        except exceptions.CanvasException as error:
            code = re.search(r"status code \d+", str(error))
            raise GraderError(f"{where} ({code[0] if code else type(error).__name__}).") from None
        except Timeout:
            raise GraderError(f"{where}, as there was no answer within {number(PATIENCE)} s.") from None
        except JSONDecodeError:
            raise GraderError(f"{where}, as the answer is none of Canvas.") from None
        except RequestException as error:
            raise GraderError(f"{where}, as there is no connection ({type(error).__name__}).") from None
        except OSError as error:
            raise GraderError(f"{where} ({error.strerror or type(error).__name__}).") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise GraderError(f"{where}, as the answer is none of Canvas.") from None


def _sought(submission: Any) -> Sought:
    user = getattr(submission, "user", None)
    fields = user if isinstance(user, dict) else vars(user) if user is not None else {}
    ids = {
        "id": submission.user_id,
        "sis_id": fields.get("sis_user_id"),
        "login": fields.get("login_id"),
        "email": fields.get("email"),
    }
    return Sought({kind: str(value or "") for kind, value in ids.items()}, str(fields.get("sortable_name") or ""))


def _score(submission: Any) -> float | None:
    score = getattr(submission, "score", None)
    return None if score is None else float(score)
