"""The engine, the image and classes to grade in it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attacks.scene import HONEST
from tests.image.engine import Engine, missing

SWITCH = "GRADER_TEST_IMAGE"  # set by `make test-image`, and to "selection" by .ci/run
IMAGE = "localhost/grader"
OPTIONS = ("--network", "none", "--read-only", "--tmpfs", "/tmp")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without being asked for, nothing is built; of a selection what takes long is left out."""
    asked = os.environ.get(SWITCH)
    why = missing() if asked else "`make test-image` does"
    for item in items:
        if not item.nodeid.startswith("tests/image/"):
            continue
        item.add_marker(pytest.mark.xdist_group("image"))
        if why:
            item.add_marker(pytest.mark.skip(reason=f"THE IMAGE IS NOT TESTED: {why}"))
        elif asked == "selection" and item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="not in the selection; `make test-image` runs it"))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """An engine of its own, in which the image is; it goes as well where time runs out (`timeout` in .ci/run)."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        stack.callback(signal.signal, signal.SIGTERM, before)
        engine = stack.enter_context(Engine())
        try:
            engine.image_base = engine.base()
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            if os.environ.get(SWITCH) != "selection":
                raise
            pytest.skip(f"THE IMAGE IS NOT TESTED: there is no base to build it on ({str(error)[-300:]})")
        engine.build(IMAGE, engine.image_base)
        yield engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that users of containers can reach, with an honest class of two in ``submissions``."""
    for place in (tmp_path, *tmp_path.parents[:2]):
        place.chmod(0o755)
    submissions = tmp_path / "submissions"
    submissions.mkdir(mode=0o755)
    for name in ("ada", "ben"):
        (submissions / f"{name}.py").write_text(HONEST)
    return tmp_path


@pytest.fixture
def grade(engine: Engine, folder: Path) -> Callable:
    """Grade the class in a container with these options of the engine: what came of it."""

    def grade(*options: str, more: tuple[str, ...] = (), user: str = "0:0"):
        out = folder / "out"
        out.mkdir(exist_ok=True)
        places = ["--volume", f"{folder}/submissions:/submissions:ro", "--volume", f"{out}:/out"]
        own = ["--out", "/out", "--assignment", "layers", "--only", "relu", "--no-notebook", "--layout", "class"]
        words = [
            "run",
            "--rm",
            *OPTIONS,
            "--user",
            user,
            *places,
            *options,
            IMAGE,
            "grade",
            "/submissions",
            *own,
            *more,
        ]
        return engine.run(*words, check=False)

    return grade
