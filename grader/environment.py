"""The caller's environment: a token in it must be nowhere in a process that runs student code.

Of a forked process it stays in the memory, wherever copies of it were made since the start of the program. The only
way to be rid of it is not to have had it: the commands that fork start themselves once more without it.
"""

from __future__ import annotations

import os
import sys

# What anyone may know, and what Python, terminals and the grader itself go by.
PLAIN = frozenset(
    """
    PATH HOME USER LOGNAME SHELL PWD OLDPWD SHLVL _ TERM COLORTERM COLUMNS LINES LANG LANGUAGE TZ TMPDIR TEMP TMP
    LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_MONETARY LC_NUMERIC LC_TIME LD_LIBRARY_PATH LS_COLORS VIRTUAL_ENV
    PYTHONPATH PYTHONHOME PYTHONUTF8 PYTHONIOENCODING PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED PYTHONSAFEPATH
    PYTHONNOUSERSITE PYTHONHASHSEED PYTHONPYCACHEPREFIX PYTHONWARNINGS PYTHONDEVMODE PYTHONCOERCECLOCALE
    OPENBLAS_CORETYPE OPENBLAS_L2_SIZE NPY_DISABLE_CPU_FEATURES OPENBLAS_NUM_THREADS OMP_NUM_THREADS MKL_NUM_THREADS
    XDG_CACHE_HOME MPLCONFIGDIR
    NO_COLOR FORCE_COLOR CI GITHUB_ACTIONS GITHUB_WORKSPACE GITHUB_STEP_SUMMARY GITHUB_OUTPUT GITLAB_CI
    CLASSROOM ASSIGNMENT ASSIGNMENT_TYPE OWNER SUBMISSION_TAG COMMIT_URL RELEASE_URL REVIEW_URL
    GRADER_FORK GRADER_CLEAN GRADER_COURSE GRADER_TRACEBACK
    DISPLAY WAYLAND_DISPLAY XDG_CURRENT_DESKTOP XDG_SESSION_DESKTOP XDG_SESSION_TYPE XDG_SESSION_CLASS XDG_SEAT
    XDG_DATA_DIRS XDG_CONFIG_DIRS XDG_MENU_PREFIX DESKTOP_SESSION GNOME_DESKTOP_SESSION_ID DBUS_SESSION_BUS_ADDRESS
    TERM_PROGRAM TERM_PROGRAM_VERSION VTE_VERSION HOSTNAME HOSTTYPE MACHTYPE OSTYPE EDITOR VISUAL PAGER BROWSER LESS
    SSH_CONNECTION SSH_CLIENT DEBIAN_FRONTEND CONDA_DEFAULT_ENV CONDA_PROMPT_MODIFIER PS1 VIRTUAL_ENV_PROMPT
    """.split()
)
WORDS = frozenset(["", "true", "false", "yes", "no", "on", "off"])  # values that tell nothing
MOST_DIGITS = 3
AGAIN = "GRADER_CLEAN"  # says that this is the second start: there is no third one


def is_plain(name: str, value: str) -> bool:
    """Whether anyone may know a variable: by its name, or as its value is a small number, or folders that are there."""
    if name in PLAIN or value.lower() in WORDS or (value.isdigit() and len(value) <= MOST_DIGITS):
        return True
    return value.startswith("/") and all(map(os.path.exists, value.split(os.pathsep)))


def may_hold_secrets() -> bool:
    """Whether this program was started with more than what anyone may know."""
    try:
        with open("/proc/self/environ", "rb") as file:
            variables = os.fsdecode(file.read()).split("\0")
    except OSError:
        return True
    return not all(is_plain(name, value) for name, _, value in (one.partition("=") for one in variables if one))


def leave_secrets() -> None:
    """Start this program once more, in the place of this process, without what may be secret."""
    if AGAIN not in os.environ and may_hold_secrets():
        kept = {name: value for name, value in os.environ.items() if is_plain(name, value)}
        os.execve(sys.executable, sys.orig_argv, kept | {AGAIN: "1"})
