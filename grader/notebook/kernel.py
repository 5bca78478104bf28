"""The kernel process: ipykernel, started and trimmed for a run that nobody watches.

It is started by its path, so that neither the submission's folder nor the project's is on ``sys.path`` while
ipykernel is imported: a submission's own ``ipykernel_launcher.py`` or ``zmq.py`` cannot take its place.
IPython then adds the notebook's folder itself, behind the standard library, as Jupyter does.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from typing import Any

# More than a report shows; what is cut here never crosses to the driver.
MESSAGE_LIMIT = 1000


def main() -> None:
    """Serve until killed."""
    _die_with_parent()
    _leave_checkout()

    from ipykernel.compiler import get_file_name
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp

    class Kernel(IPythonKernel):
        """Answers each cell with its error alone: type, message and line; never its outputs or payloads."""

        async def do_execute(self, code: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
            # IPython keeps here whatever traceback it shows, also where it goes on (%%time, a failing repr).
            sys.last_value = None
            shown: dict[str, Any] = {}
            try:
                shown = await super().do_execute(code, *args, **kwargs)  # type: ignore[no-untyped-call]
            except Exception:  # ipykernel itself fails over an exception that cannot be printed
                if sys.last_value is None:
                    raise
            reply = {"status": "ok", "execution_count": shown.get("execution_count", 0), "payload": []}
            error = sys.last_value
            if error is not None:
                reply |= _described(error, get_file_name(code))
            elif shown["status"] == "error":
                reply |= {"status": "error", "ename": shown["ename"], "evalue": shown["evalue"]}
            return reply | {"user_expressions": {}, "ends": bool(getattr(self.shell, "exit_now", False))}

    IPKernelApp.launch_instance(kernel_class=Kernel)


def _described(error: BaseException, cell_file: str) -> dict[str, Any]:
    """An exception as the fields of an execute reply, and the last ``line`` of the cell that took part."""
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be printed)"
    lines = [n for frame, n in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == cell_file]
    if not lines and isinstance(error, SyntaxError) and error.lineno:
        lines = [error.lineno]
    # Lone surrogates would break the message channel.
    name, message = (
        text[:MESSAGE_LIMIT].encode("utf-8", "replace").decode() for text in (type(error).__name__, message)
    )
    line = lines[-1] if lines else None
    return {"status": "error", "ename": name, "evalue": message, "traceback": [], "line": line}


def _leave_checkout() -> None:
    """Let cells say ``from grader import check``, but not import what lies beside grader in a checkout."""
    project = Path(__file__).resolve().parents[2]
    sys.path[0] = str(project)  # was the folder of this file
    importlib.import_module("grader")
    del sys.path[0]
    if (project / "pyproject.toml").exists():  # an editable install leads there too
        sys.path[:] = [place for place in sys.path if Path(place).resolve() != project]


def _die_with_parent() -> None:
    """Have Linux kill this process when the driver ends; elsewhere ipykernel notices within a second."""
    if sys.platform == "linux":
        import ctypes
        import signal

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


if __name__ == "__main__":
    main()
