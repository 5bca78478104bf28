"""Marks over Canvas's REST API, with the real library against a small server."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from grader.errors import GraderError, Refused
from grader.exporters.canvas_rest import Canvas, Place
from tests.exporters import canvas_server
from tests.exporters.canvas_server import COURSE, TOKEN
from tests.exporters.classes import canvas_class


@pytest.fixture
def server() -> Iterator[canvas_server.Canvas]:
    """A course of six: Ada without a mark, Ben with another, Chi with one of hers, Dora excused, Eva, and Flo."""
    with canvas_server.serving() as canvas:
        canvas.add(1001, "Lovelace, Ada", sis_user_id="00123", login_id="ada@uni.edu")
        canvas.add(1002, "Bohr, Ben", 9.0, login_id="ben")
        canvas.add(1003, "Chen, Chi", 4.0)
        canvas.add(1004, "Dee, Dora", excused=True)
        canvas.add(1005, "Eve, Eva")
        canvas.add(1099, "Fox, Flo", 5.0)
        yield canvas


def opened(server: canvas_server.Canvas, token: str = TOKEN) -> Canvas:
    return Canvas(Place(server.url, 5, 9, token))


def test_a_dry_run_reads_and_writes_nothing(server):
    """Old and new are known, and who is left as they are."""
    upload = opened(server).plan(canvas_class())
    assert [(change.who, change.old, change.new) for change in upload.plan.changes] == [
        ("Lovelace, Ada (1001)", "", "12.5"),
        ("Bohr, Ben (1002)", "9", "7"),
        ("Eve, Eva (1005)", "", "EX"),
    ]
    assert upload.plan.unknown == ["Fox, Flo (1099)"] and upload.plan.missing == []
    assert any("“4” stays" in sentence for sentence in upload.plan.said)
    assert any("Dora" in sentence and "excused already" in sentence for sentence in upload.plan.said)
    assert all(request.startswith("GET ") for request in server.asked)


def test_marks_are_sent_at_once_and_waited_for(server):
    """Only those that change; excused is excused, and no score of 0."""
    canvas = opened(server)
    upload = canvas.plan(canvas_class(), comments=True)
    waits: list[float] = []
    assert canvas.send(upload, waits.append) == []
    assert len(waits) == 2
    (sent,) = server.written
    assert sent == {
        "grade_data[1001][posted_grade]": "12.5",
        "grade_data[1001][text_comment]": "12.5 of 18 points.",
        "grade_data[1002][posted_grade]": "7",
        "grade_data[1002][text_comment]": "7 of 18 points. Two days late: 2 points less.",
        "grade_data[1005][excuse]": "true",
        "grade_data[1005][text_comment]": "Excused. Excused by the teacher.",
    }
    again = opened(server).plan(canvas_class())
    assert again.plan.changes == [] and again.plan.unchanged == 2


def test_what_canvas_made_of_a_mark_is_said(server):
    """Its own late policy takes a point off."""
    server.late_policy = 1.0
    canvas = opened(server)
    said = canvas.send(canvas.plan(canvas_class()), lambda seconds: None)
    assert said[0].startswith("Lovelace, Ada (1001): 12.5 was sent and Canvas has 11.5")


def test_an_anonymous_assignment_is_refused(server):
    """Nobody can be told from it."""
    del server.students[1001]["user_id"]
    with pytest.raises(Refused, match="graded anonymously"):
        opened(server).plan(canvas_class())


def test_another_maximum_is_said(server):
    """Nothing is scaled."""
    server.assignment["points_possible"] = 100.0
    assert any("maximum is 100 there and 18 here" in said for said in opened(server).plan(canvas_class()).plan.said)


def test_files_are_attached_to_comments(server, tmp_path):
    """By the upload that Canvas names; a file that is gone is said, and the others go on."""
    report = tmp_path / "report.html"
    report.write_text("<p>12.5 of 18</p>")
    canvas = opened(server)
    upload = canvas.plan(canvas_class())
    said = canvas.attach(upload, {1001: [report], 1002: [tmp_path / "gone.html"]})
    assert len(said) == 1 and "gone.html of Bohr, Ben (1002) was not uploaded" in said[0]
    assert len(server.uploads) == 1 and b"<p>12.5 of 18</p>" in server.uploads[0]
    assert {"comment[file_ids][]": "31"} in server.written


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        (["queued", "failed"], "Canvas failed to store the marks: no room"),
        (["running"], "has not stored all marks after two minutes"),
    ],
)
def test_marks_that_are_not_stored_are_an_error(server, states, sentence):
    """The waiting has a limit."""
    server.states = states
    canvas = opened(server)
    with pytest.raises(GraderError, match=sentence):
        canvas.send(canvas.plan(canvas_class()), lambda seconds: None)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((403, "{}"), "the token's owner may not do that"),
        ((404, "{}"), "there is no course 5 with assignment 9"),
        ((429, "{}"), "too many requests"),
        ((500, "<html>oh</html>"), "status code 500"),
        ((422, '{"errors": "no"}'), "UnprocessableEntity"),
        ((200, "<html>a login page</html>"), "the answer is none of Canvas"),
        ((200, "[1]"), "the answer is none of Canvas"),
        ((200, '{"id": 9, "course_id": 5, "grading_type": "pass_fail"}'), "of the type pass_fail"),
    ],
)
def test_trouble_is_one_sentence(server, answer, sentence):
    """Whatever Canvas answers."""
    server.broken[COURSE] = answer
    with pytest.raises(GraderError, match=sentence) as caught:
        opened(server)
    assert "\n" not in str(caught.value) and "html" not in str(caught.value)


def test_no_message_and_no_log_holds_the_token(server, caplog):
    """Not even that of a token that is not taken."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Refused, match="the token in CANVAS_TOKEN is not taken") as caught:
        opened(server, "7~another-secret")
    opened(server).plan(canvas_class())
    assert "another-secret" not in str(caught.value)
    assert "secret" not in caplog.text
    assert "secret" not in repr(Place(server.url, 5, 9, TOKEN))


def test_without_a_server_there_is_one_sentence(server):
    """Nobody listens there."""
    with pytest.raises(GraderError, match=r"there is no connection \(ConnectionError\)"):
        Canvas(Place("http://127.0.0.1:9", 5, 9, TOKEN))


def test_the_token_goes_over_https_only(server):
    """But to this machine itself."""
    with pytest.raises(Refused, match="must begin with https://"):
        Canvas(Place("http://canvas.example.edu", 5, 9, TOKEN))


def test_who_is_in_doubt_is_left_out(server):
    """Two of the class with the same number."""
    rows = canvas_class()
    twin = replace(rows[1], person=replace(rows[1].person, lms_id="1001"))
    upload = opened(server).plan([rows[0], twin])
    assert 1001 not in upload.grades
    assert any("may be" in sentence for sentence in upload.plan.said)
