"""A module whose name stands in the traceback."""

import os
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    folder = os.fsencode(submissions) + b"/attack"
    os.makedirs(folder)
    wrong = HONEST.replace("return dout * (cache > 0)", "raise ValueError(__name__)")
    Path(os.fsdecode(folder + b"/lay\xe9rs.py")).write_text(wrong)
