"""The roster: it completes people, says who is missing and who is unknown, and never guesses."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import Refused
from grader.intake import roster
from grader.intake.layouts import described, open_entries
from tests.intake import classes
from tests.intake.handed import WORK, notebook, work, write


def entries(folder: Path, text: str | bytes, encoding: str = "utf-8"):
    """The entries of a class by key, with a roster of that text."""
    file = folder.parent / "roster.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    with open_entries([folder], roster=file) as found:
        assert len({entry.student for entry in found}) == len(found)
        return {entry.student: entry for entry in found}


@pytest.fixture
def plain(tmp_path):
    """A class of ada and ben, in folders."""
    return write(tmp_path / "class", {f"{who}/layers.ipynb": notebook(WORK) for who in ("ada", "ben")})


def test_who_is_missing_and_who_is_unknown_is_said(plain):
    """A missing one has a row without a file; an unknown one is graded, and told of."""
    found = entries(plain, "id,login,name\n7,ada,Ada Doe\n8,cleo,Cléo Roe\n")
    assert found.keys() == {"7", "ben", "8"}
    assert [found[key].on_roster for key in ("7", "ben", "8")] == [True, False, True]
    assert found["8"].is_missing and found["8"].reason == "Nothing was handed in." and not found["8"].attempts
    assert found["8"].person.name == "Cléo Roe"
    assert not found["ben"].reason and not found["ben"].is_missing
    assert described(list(found.values())) == "Roster: 1 handed in nothing: 8 (Cléo Roe); not on it: ben."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_spreadsheets_csv_is_read(plain, encoding, delimiter):
    """As Excel saves it in Germany, on a Mac, or as Unicode."""
    lines = ["Id,E-Mail,Name", "ada,ada@x.edu,Ada Müller", '"ben",ben@x.edu,"Ben, Roe"', ",,", ""]
    text = "\r\n".join(line.replace(",", delimiter) if '"' not in line else line for line in lines)
    text = text.replace('"ben",ben@x.edu,', f'"ben"{delimiter}ben@x.edu{delimiter}')
    found = entries(plain, text, encoding)
    assert [entry.person.name for entry in found.values()] == ["Ada Müller", "Ben, Roe"]


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (99)
    Points Possible,,,,,34
"Zhang, Wei",4000,09000,login0,CS 1-A,
"Zhang, Wei",4001,09001,login1,CS 1-B,12
"Student, Test",5000,,abc,CS 1-A,
"Fox, Al",4009,09009,login9,CS 1-B,
"""
MOODLE = """\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum grade"
"Participant 4000","Wei Zhang",login0@example.edu,Submitted,-,34
"Participant 4001","Wei Zhang",login1@example.edu,Submitted,-,34
"Participant 4009","Al Fox",login9@example.edu,"No submission",-,34
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Role,Section
Wei,Zhang,09000,login0@example.edu,Student,A
Wei,Zhang,09001,login1@example.edu,Student,B
Tea,Cher,1,t@example.edu,Instructor,A
Al,Fox,09009,login9@example.edu,Student,A
"""
BLACKBOARD = """"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"
"Zhang"\t"Wei"\t"login0"\t"09000"\t"x"\t"Yes"
"Zhang"\t"Wei"\t"login1"\t"09001"\t"x"\t"Yes"
"Fox"\t"Al"\t"login9"\t"09009"\t"x"\t"Yes"
"""


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        (CANVAS, "canvas"), (CANVAS, "blackboard"), (CANVAS, "gradescope"), (CANVAS, "nbgrader"),
        (MOODLE, "moodle"), (MOODLE, "canvas"), (MOODLE, "gradescope"), (GRADESCOPE, "gradescope"),
        (BLACKBOARD, "blackboard"), (BLACKBOARD, "gradescope"), (BLACKBOARD, "plain"),
    ],
)  # fmt: skip
def test_the_platforms_own_rosters_are_read(tmp_path, text, layout):
    """Two of one name are told apart by whatever both know; staff and lines about nobody are no students."""
    folder = classes.LAYOUTS[layout](tmp_path / "class", classes.students(2), work())
    found = entries(folder, text)
    assert len(found) == 3
    assert all(entry.on_roster for entry in found.values())
    assert [entry.person.name.replace("Fox, Al", "Al Fox") for entry in found.values() if entry.is_missing] == [
        "Al Fox"
    ]
    numbers = {entry.person.sis_id[-1:] or entry.person.lms_id[-1:] for entry in found.values()}
    assert numbers == {"0", "1", "9"}


def test_the_rosters_id_is_the_key(plain, tmp_path):
    """Where it maps what the layout knows; else the layout's own stays, or the login."""
    assert entries(plain, "id,login\n007,ada\n").keys() == {"007", "ben"}
    assert entries(plain, "login,email\nada,a@x.edu\ncleo,c@x.edu\n").keys() == {"ada", "ben", "cleo"}


REFUSED = {
    "two lines for one": ("login,email\nada,a@x.edu\nada,b@x.edu\n", r"line 2 \(ada\) and line 3 \(ada\) for ada;"),
    "two names for one": ("id,name\n1,Ada\n2,ADA\n", r"line 2 \(Ada, 1\) and line 3 \(ADA, 2\) for ada;"),
    "one line for two": ("login,email\nada,ben\n", r"line 2 \(ada\) is ada and ben;"),
    "one id for two": ("id,login\n7,ada\n7,ben\n", r"gives ada and ben one id"),
    "no column that says who": ("grade,comment\n1,x\n", "has no column that says who somebody is"),
    "nobody": ("id,name\n", "lists nobody"),
    "no text": (b"PK\x03\x04\0\0", "is no CSV"),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_could_be_two_people_is_refused(plain, text, sentence):
    """With both named; nothing is graded before it is mended."""
    with pytest.raises(Refused, match=sentence):
        entries(plain, text)


def test_names_alone_match_only_where_nothing_contradicts(tmp_path):
    """Of two participants of one name neither is taken for a line without an id; ids that differ are other people."""
    folder = classes.moodle(tmp_path / "class", classes.students(2), work())
    with pytest.raises(Refused, match=r"is Wei Zhang \(4000\) and Wei Zhang \(4001\)"):
        entries(folder, "login,name\nwz,Wei Zhang\n")
    found = entries(folder, "id,name\n4000,Wei Zhang\n9999,Wei Zhang\n")
    assert {key: entry.on_roster for key, entry in found.items()} == {"4000": True, "4001": False, "9999": True}
    assert found["9999"].is_missing


def test_a_group_shares_what_one_of_them_handed_in(plain):
    """Each member gets the mark; where two of a group handed in, nobody guesses for the third."""
    found = entries(plain, "login,group\nada,G1\nben,G2\ncleo,G1\ndan,G2\neve,\n")
    assert {key: [member.key for member in entry.members] for key, entry in found.items()} == {
        "ada": ["cleo"], "ben": ["dan"], "eve": [],
    }  # fmt: skip
    assert found["ada"].members[0].group == "G1"
    found = entries(plain, "login,group\nada,G1\nben,G1\ncleo,G1\n")
    assert (
        found["cleo"].reason == "Group G1 handed in more than once (ada and ben), and it is not said which is theirs."
    )


def test_any_bytes_as_a_roster(tmp_path):
    """Read or refused in one sentence."""
    (tmp_path / "r.csv").write_bytes(b"id\n" + b"\xff" * 100)
    assert len(roster.read(tmp_path / "r.csv")) == 1
    for text in (b"", b"\n\n", b"\xff\xfe", b'id,name\n"', b"id\n" + b"x" * 200_000):
        (tmp_path / "r.csv").write_bytes(text)
        with pytest.raises(Refused, match=r"^[^\n]+$"):
            roster.read(tmp_path / "r.csv")
