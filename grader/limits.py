"""How much others may hand in, and what that may take.

Of text far more than anyone writes by hand, little enough to be read in seconds: the largest of the course's
repositories that the grader is tried on holds 164,000 words in 72 files, the largest file 15,200 words, 44,000
characters and 44 definitions, the longest import 5 names. What the kernel enforces (memory, file sizes, threads) is in
grader.lock, which imports nothing; how long a message between processes may be stands with its protocol.
"""

from __future__ import annotations

from grader.records import dataclass


@dataclass(frozen=True, slots=True)
class NotebookLimits:
    """Wall-clock limits of the headless run, in seconds, and its engine: None is the fastest that there is."""

    cell: float = 30.0
    total: float = 120.0
    engine: str | None = None


# A file
MAX_FILE = 50 << 20  # bytes
MAX_CODE = 2_000_000  # characters of code
MAX_LINES = 100_000  # empty ones too
MAX_WORDS = 150_000  # names, numbers and signs: each takes up to 1 kB of memory when it is parsed
MAX_DEFINITIONS = 5_000  # functions and classes
MAX_DEPTH = 300  # of a tree: what follows it is recursive, and so is Python's own compiler
MAX_NESTED = 8  # definitions in each other that are looked into for what the starter left None

# A notebook
MAX_VALUES = 2_000_000  # of its JSON: each costs up to 100 bytes of memory for 3 bytes of file
MAX_JSON_DEPTH = 100
MAX_CELLS = 20_000
MAX_CODE_CELLS = 5_000
MAX_TEXT = 20_000  # characters of a text cell, without its pictures; the rest is no answer to a question
MAX_TEXTS = 500_000  # characters of all text cells

# A submission
MAX_FOLDER = 500 << 20  # bytes of notebooks and modules
MAX_FILES = 2000
MAX_WORDS_IN_ALL = 500_000
MAX_PROSE = 10_000_000  # characters of the text cells of all notebooks
MAX_FOLDERS_DEEP = 60  # folders in folders; no one's code lies deeper

# A text to convert: the parser for Python 2 is slow, and some of what it does is worse than linear.
MAX_CONVERTED = 200_000  # characters
MAX_IMPORTED, MAX_IMPORTED_IN_ALL = 30, 500  # names of one import, and of all
MAX_BRACKETS = 25  # in each other
MAX_SCOPES = 20  # functions and classes in each other

# Names
MAX_FILE_NAME, MAX_PATH = 255, 1000  # bytes
MAX_STUDENT_NAME = 200  # bytes: it is a folder of reports

# An archive (those of a class have limits of their own)
MAX_MEMBERS = 20_000
MAX_FOLDERS = 4_000  # each is a file of its own on the disk, whether or not the archive names it
MAX_DIRECTORY = 4 << 20  # bytes of the archive's list of members: zipfile reads it in one piece
MAX_MEMBER = 100 << 20  # bytes unpacked
MAX_UNPACKED = 300 << 20  # bytes in all
MAX_RATIO = 100  # unpacked to packed, of archives over FREE_OF_RATIO: arrays of zeros are no bombs
FREE_OF_RATIO = 50 << 20
MAX_INNER = 500 << 20  # bytes of an archive in an archive, packed
CLASS_MEMBERS, CLASS_DIRECTORY, CLASS_TAR = 400_000, 64 << 20, 20 << 30  # the same for the archive of a class
MOST_NESTED = 3  # archives in each other
MOST_ARCHIVES = 20  # side by side

# What is copied of a folder
MAX_ARCHIVE = 500 << 20  # bytes of an archive, packed
MAX_ARCHIVES = 20  # that are taken of a folder that holds nothing else to grade
MAX_DATA_FILE = 5 << 20  # bytes of a file that a notebook may read
MAX_DATA = 100 << 20  # bytes of all of them
MAX_DATA_FILES = 20_000
MAX_ENTRIES = 500_000  # files and folders that are looked at
MOST_LISTED = 200_000  # entries of a folder

# What platforms write beside submissions
MAX_METADATA = 200 << 20  # bytes of Gradescope's, which hold the results of its own tests
MAX_ROSTER = 20 << 20  # bytes
MAX_ROSTER_LINES = 100_000

# Questions
MAX_QUESTIONS = 50
MAX_ANSWER = 4000  # characters
MAX_PROMPT = 2000

# The processes of a class, besides those of students
GRADER_SIZE = 300 << 20  # bytes that the class's process and the clean parents take
JUDGE_SIZE = 256 << 20  # bytes that a judge takes before another is put in its place
JUDGE_GROWTH = 256 << 20  # bytes by which a judge may grow before another takes its place
MOST_GUESTS = 4  # student processes at once; grading has one
SLACK_SECONDS = 600.0  # wall-clock time besides twice what the submission's own processes may take
DATA_SECONDS = 1800.0  # more than the checks that need a data set may take
READING_SECONDS = 180.0  # of a processor, for all that a judge itself does with one submission

# A student process: to start, to be forked, to load the code
START_SECONDS = 60.0
FORK_SECONDS = 60.0  # the first one waits for its parent's imports
LOAD_SECONDS = 20.0
ROOM, ROOM_FILES = 128 << 20, 5000  # bytes and files that student code may leave in its folder

# A notebook's run: the copy of what lies beside it, and what its cells write there
NOTEBOOK_ROOM, NOTEBOOK_FILES = 1 << 30, 20_000
DRIVER_MEMORY = 2 << 30  # bytes of address space of what talks to the kernel

# The coding lines that are believed; other codecs, such as punycode, take quadratic time or give no text.
CODECS = frozenset(
    (
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "ascii"),
        *(f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
        *(f"cp{page}" for page in (437, 850, 852, 855, 862, 866, *range(1250, 1259))),
        *("koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "tis-620"),
        *("gb2312", "gbk", "gb18030", "big5", "big5hkscs", "cp950"),
        *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949", "johab"),
    )
)

# What is looked for after a failure
SEARCHED = 1500  # variants of a submission's functions that are tried for the line that no known mistake explains
SEARCH_SECONDS = 20.0  # of a process that plays them: what is slower is not looked through
