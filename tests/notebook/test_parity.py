"""The fork engine against nbclient: the same outputs and the same errors for all kinds of cells."""

import itertools
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from grader.notebook import forked, run
from grader.notebook.jobs import open_job
from grader.sandbox import LEVELS, open_box, strongest_level
from grader.sandbox.process import ProcessBox, clean_environment

pytestmark = [
    pytest.mark.skipif(not forked.is_possible(), reason="kernels are forked on Linux only"),
    pytest.mark.slow,
    pytest.mark.xdist_group("parity"),
]

# name -> source; they run in this order, in one notebook
CELLS = {
    "nothing": "x = 1",
    "result": "x + 1",
    "silenced result": "x + 1;",
    "several results": "print('one')\nx\n'last'",
    "stdout": "print('a')\nprint('b', flush=True)\nprint('c', end='')",
    "stderr": "import sys\nprint('trouble', file=sys.stderr)",
    "both streams": "print('out'); sys.stdout.flush()\nprint('err', file=sys.stderr); sys.stderr.flush()\nprint('out')",
    "unicode": "print('Grüße, 世界 \\U0001f600')\n'naïve'",
    "lone surrogate": "repr('\\ud800')",
    "raw bytes": "import os\nn = os.write(1, b'raw out\\n')",
    "raw bytes to stderr": "n = os.write(2, b'raw err\\n')",
    "a library that prints": "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'from C')\nlibc.fflush(None);",
    "os.system": "os.system('echo from a shell')",
    "shell line": "!echo from a shell line",
    "captured shell line": "said = !echo captured\nsaid",
    "subprocess": "import subprocess\nsubprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout",
    "rich result": "class Rich:\n    def _repr_html_(self): return '<b>x</b>'\n    def __repr__(self): return 'x'\n"
    "Rich()",
    "mime bundle": "class Many:\n    def _repr_mimebundle_(self, **_): return "
    "{'text/plain': 'm', 'application/json': {'a': 1}}\nMany()",
    "display": "from IPython.display import HTML, Image, JSON, Latex, Markdown, Math, clear_output, display\n"
    "display(1, 'two', HTML('<i>3</i>'), Markdown('*4*'), Latex('$5$'), Math('6'), JSON({'seven': 7}))",
    "picture": "Image(data=bytes.fromhex('89504e470d0a1a0a') + bytes(16), format='png')",
    "metadata": "display({'text/plain': 'x'}, raw=True, metadata={'a': {'b': 1}})",
    "display_id": "handle = display('first', display_id='one')\nhandle.update('second')",
    "an update from a later cell": "handle.update('third')",
    "clear_output": "print('gone')\nclear_output()\nprint('stays')",
    "clear_output that waits": "print('gone too')\nclear_output(wait=True)\ndisplay('stays')",
    "numpy": "import numpy as np\nnp.arange(6).reshape(2, 3) / 7",
    "many values": "np.zeros((2000, 2))",
    "warning": "import warnings\nwarnings.warn('careful')",
    "numpy's warning": "np.float64(1) / 0",
    "plot": "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])",
    "figure": "figure, axes = plt.subplots(figsize=(2, 2))\naxes.imshow(np.eye(3))\nplt.show()",
    "two figures": "plt.figure(); plt.plot([1, 2])\nplt.figure(); plt.plot([2, 1]);",
    "%matplotlib inline": "%matplotlib inline\nplt.rcParams['figure.figsize'] = (3.0, 2.0)\nplt.plot([1, 2]);",
    "backend": "import matplotlib\nmatplotlib.get_backend(), plt.isinteractive()",
    "error": "def f(n):\n    return 1 / n\nf(0)",
    "chained error": "try:\n    f(0)\nexcept ZeroDivisionError as error:\n    raise ValueError('chained') from error",
    "long traceback": "def down(n):\n    return down(n + 1)\nmost = sys.getrecursionlimit()\n"
    "sys.setrecursionlimit(400)\ntry:\n    down(0)\nfinally:\n    sys.setrecursionlimit(most)",
    "syntax error": "y = = 2",
    "indentation error": "if x:\nprint(x)",
    "name error": "never_defined",
    "error after output": "print('before')\ndisplay('shown')\nraise KeyError('k')",
    "failing repr": "class Fails:\n    def __repr__(self): return 1 / 0\nFails()",
    "error without a message": "class Mute(Exception):\n    def __str__(self): return 1 / 0\nraise Mute",
    "exception group": "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
    "assertion": "assert x == 2, 'x is not 2'",
    "sys.exit": "sys.exit('bye')",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "unknown magic": "%no_such_magic",
    "%%capture": "%%capture captured\nprint('inside')\ndisplay('inside')\n1 / 1",
    "what it captured": "captured.stdout, len(captured.outputs)",
    "%who": "mine = 1\n%who_ls int",
    "%pwd": "os.path.basename(%pwd)",
    "%cd": "os.mkdir('sub')\n%cd -q sub\nos.path.basename(os.getcwd()), len(_dh)",
    "%%writefile and %run": "%%writefile script.py\nprint('from a script', __name__)",
    "%run": "%run script.py",
    "%load_ext": "%load_ext autoreload\n%autoreload 2",
    "%history": "%history -n 1-3",
    "%precision": "%precision 3\n3.14159265",
    "%pprint": "%pprint",
    "%%html": "%%html\n<hr>",
    "%%time": "%%time\nx = 2",
    "%time": "%time x = 3",
    "%timeit": "%timeit -n 1 -r 1 x",
    "%%timeit": "%%timeit -n 1 -r 1\nx",
    "help": "len?",
    "await": "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "async function": "async def g():\n    print('in g')\n    return 5\nawait g()",
    "error in await": "async def fails():\n    raise OSError('async')\nawait fails()",
    "asyncio.run": "coroutine = g()\ntry:\n    asyncio.run(coroutine)\nfinally:\n    coroutine.close()",
    "task": "task = asyncio.create_task(g())",
    "its result": "await task",
    "await between outputs": "for n in range(2):\n    await asyncio.sleep(0)\n    print(n)",
    "thread that prints": "import threading\nt = threading.Thread(target=print, args=('in a thread',))\n"
    "t.start(); t.join()",
    "logging": "import logging\nlogging.warning('logged')",
    "widgets": "import ipywidgets",
    "comm": "from comm import create_comm\ncreate_comm(target_name='nobody').send({'a': 1})",
    "huge output": "print('x' * 200_000)",
    "many lines": "for n in range(3000): print(n)",
    "progress": "for n in range(3):\n    print(f'\\r{n}', end='')",
    "the shell": "type(get_ipython()).__name__, get_ipython().kernel is not None, __name__, In[1], Out[2], _ih[1]",
    "streams": "type(sys.stdout).__mro__[-4].__name__, sys.stdout.isatty(), sys.stdout.encoding, sys.stderr.name",
    "path": "sys.path.index('') == sys.path.index(next(p for p in sys.path if p.endswith('site-packages'))) - 1",
    "environment": "sorted(n for n in ('TERM', 'MPLBACKEND', 'PAGER', 'CLICOLOR') if n in os.environ), "
    "os.environ['MPLBACKEND']",
    "random": "import random\nrandom.seed(1); np.random.seed(1)\nrandom.random(), np.random.rand()",
    "pickle": "import pickle\nclass P: pass\ntype(pickle.loads(pickle.dumps(P()))) is P",
    "inspect": "import inspect\ninspect.getsource(f)",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass D:\n    n: int\nD(1)",
}
# These differ: what is compared of them is their kinds alone.
ONLY_KINDS = {"%timeit", "%%timeit", "long traceback"}
FIRST = {name: number for number, name in enumerate(CELLS)}


def write(folder: Path, sources) -> Path:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "a.ipynb")
    return folder / "a.ipynb"


def plain(value):
    """Outputs without what differs from run to run: addresses, times, numbers of processes, folders, colours."""
    text = re.sub(r"\\u001b\[[0-9;]*m", "", json.dumps(value, sort_keys=True))
    text = re.sub(r"(/[\w.-]+)+/ipykernel_\d+/\d+\.py", "CELL", text)
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    text = re.sub(r"(CPU times|Wall time)[^\"]*", "TIMES", text)
    return json.loads(text)


def joined(outputs):
    """Outputs with the pieces of a stream that follow each other put together."""
    found = []
    for name, pieces in itertools.groupby(outputs, lambda output: output.get("name", output["output_type"])):
        pieces = list(pieces)
        if pieces[0]["output_type"] == "stream":
            found.append({"output_type": "stream", "name": name, "text": "".join(piece["text"] for piece in pieces)})
        else:
            found += pieces
    return found


@pytest.fixture(scope="module")
def by_nbclient(tmp_path_factory):
    """What Jupyter's own client and kernel make of the cells."""
    folder = tmp_path_factory.mktemp("n")
    (folder / "work").mkdir()
    notebook = nbformat.read(write(folder, CELLS.values()), as_version=4)
    resources = {"metadata": {"path": str(folder / "work")}}
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=60, resources=resources)
    client.execute(env=clean_environment(folder))
    return [plain(joined(cell.outputs)) for cell in notebook.cells]


@pytest.fixture(scope="module")
def by_fork(tmp_path_factory):
    """What the fork engine makes of them; its messages become outputs as nbclient makes them."""
    folder = tmp_path_factory.mktemp("f")
    path = write(folder, CELLS.values())
    box, messages = ProcessBox(), []
    try:
        with open_job(path, None, 60, 300, {}, box.folder) as job:
            forked.run_cells(job, box, messages)
    finally:
        box.close()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook)
    client.reset_execution_trackers()
    client.clear_before_next_output = False
    for number, (cell, shown) in enumerate(zip(notebook.cells, messages, strict=True)):
        for message in shown:
            client.process_message(
                {**message, "header": {"msg_type": message["msg_type"]}, "parent_header": {}}, cell, number
            )
    return [plain(joined(cell.outputs)) for cell in notebook.cells]


# What is written to the descriptors themselves is read by a thread: it may come before a result, after it or later.
LATE = {"raw bytes", "raw bytes to stderr", "a library that prints", "os.system"}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_shows_what_nbclient_shows(by_nbclient, by_fork, name):
    """The same outputs in the same order: kinds, text, MIME types and their data."""
    want, got = by_nbclient[FIRST[name]], by_fork[FIRST[name]]
    if name in ONLY_KINDS:
        want, got = ([output["output_type"] for output in outputs] for outputs in (want, got))
    if name in LATE:
        everything = [text_of(output) for outputs in by_fork for output in outputs]
        assert all(any(text_of(output) in text for text in everything) for output in want)
    else:
        assert got == want


def text_of(output):
    """The text of a stream, or of anything else as a whole."""
    return str(output.get("text", output))


CHECKS = ("from grader import check\ncheck('conv')", "%load_ext grader", "%grade conv")  # as students leave them
REFUSED = [
    "input('How many? ')",  # a plain nbclient would wait for an answer
    "import getpass\ngetpass.getpass()",
    "sys.stdin.read()",
    "import socket\nsocket.create_connection(('127.0.0.1', 9))",
    "os.fork()",
    "open('/etc/passwd').read()",
    "open('mine', 'w').write('x')",
    "os.kill(os.getpid(), 9)",
    "never run",
]


FEW = ("stdout", "raw bytes", "os.system", "plot", "error", "%%writefile and %run", "%run", "task", "widgets")


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "process"])
def test_locked_kernels_record_the_same_errors(tmp_path, level):
    """The run's record is the same, cell by cell, where much is refused; checks in cells are no errors.

    All kinds of cells at the level that locks most, which does all that the next one does, and a few at that.
    """
    if LEVELS[level].missing():
        pytest.skip(f"LEVEL {level.upper()} NOT TESTED: {LEVELS[level].missing()}")
    names = (name for name in CELLS if name != "long traceback")  # it takes seconds
    cells = [*CHECKS, "import sys", *(CELLS[name] for name in (names if level == strongest_level() else FEW)), *REFUSED]
    path = write(tmp_path, cells)
    box = open_box(level)
    try:
        runs = [run(path, None, box, engine=engine) for engine in ("fork", "nbclient")]
        assert set(box.probes.values()) <= {"denied", "untested"}
    finally:
        box.close()
    assert [(run.cells, run.executed, run.trouble) for run in runs] == [(len(cells), len(cells) - 1, None)] * 2
    fork, nbclient = ([(e.cell, e.line, e.type, plain(e.message)) for e in run.errors] for run in runs)
    assert fork == nbclient
    assert not {cell for cell, *_ in fork} & set(range(1, 1 + len(CHECKS)))
