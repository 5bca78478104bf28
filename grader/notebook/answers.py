"""What a kernel says of a cell, whichever engine runs it: its error alone, in words; never its outputs or payloads."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

# More than a report shows; what is cut here never crosses to the grader.
MESSAGE_LIMIT = 1000
INLINE = "module://matplotlib_inline.backend_inline"  # where plots go in Jupyter


def answering_kernel() -> Any:
    """The kernel class: ipykernel's own, but for its answers."""
    from ipykernel.compiler import get_file_name
    from ipykernel.ipkernel import IPythonKernel

    class Kernel(IPythonKernel):
        """Answers each cell with its error alone: type, message and line."""

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

    return Kernel


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


def leave_checkout() -> None:
    """Keep cells from importing what lies beside grader in a checkout."""
    project = Path(__file__).resolve().parents[2]
    if (project / "pyproject.toml").exists():  # an editable install leads there
        sys.path[:] = [place for place in sys.path if Path(place).resolve() != project]


def refuse_shell_lines() -> None:
    """Have ``!command`` do nothing: processes cannot be started here, and an error in its place helps nobody."""
    from ipykernel.zmqshell import ZMQInteractiveShell

    def refuse(self: Any, command: str) -> None:
        print(f"(not run while grading: {command})")

    for name in ("system", "system_piped", "system_raw"):
        setattr(ZMQInteractiveShell, name, refuse)


def refuse_checks() -> None:
    """Have ``check()`` and ``%grade``, which students leave in their cells, say so and do nothing."""
    import grader

    def check(*names: str, **options: object) -> None:
        print("(not checked while grading)")

    def load_ipython_extension(shell: Any) -> None:
        shell.register_magic_function(check, "line", "grade")

    vars(grader).update(check=check, load_ipython_extension=load_ipython_extension)
