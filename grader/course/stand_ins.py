"""Files that a course hands out and that students need not commit: ``student_template/stand_ins/<module>.py``.

None of them solves an exercise: they rearrange, or they call the submission's own functions. Each lists in ``DEFINES``
what it defines, and ``names(package)`` gives it. One that defines a name that the assignment asks for is not supplied.
They reach the student process as text.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Sequence

from grader.course.folder import Course, current
from grader.errors import MalformedCheck
from grader.parsing import by_itself


def offered(wanted: Iterable[str], texts: Sequence[str]) -> list[dict[str, str]]:
    """Name and text of those that stand in for a submission of these texts, which mentions them."""
    own = set(wanted)
    return [
        {"name": name, "text": text}
        for name, (defines, text) in _all(current()).items()
        if any(name in one for one in texts) and not defines & own
    ]


@functools.cache
def _all(course: Course) -> dict[str, tuple[frozenset[str], str]]:
    found = {}
    for file in sorted((course.public / "stand_ins").glob("*.py")):
        text = file.read_text("utf-8")
        with by_itself():
            body = ast.parse(text).body
        lists = [
            ast.literal_eval(node.value)
            for node in body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DEFINES"
        ]
        if not lists or not any(isinstance(node, ast.FunctionDef) and node.name == "names" for node in body):
            raise MalformedCheck(f"{file}: a stand-in has DEFINES = (...) and a function names(package).")
        found[file.stem] = frozenset(lists[0]), text
    return found
