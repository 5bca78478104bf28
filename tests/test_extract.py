"""From notebooks and modules to the statements that the student process executes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.extract import broken_definition, extract, main_notebook
from grader.intake.reading import read_submission
from grader.names import is_stub
from grader.program import Program


def statements(program: Program) -> list[tuple[dict, ast.stmt]]:
    """The statements that would be executed, each with its cell."""
    return [
        (cell, ast.parse(str(cell["text"])).body[statement["index"]])
        for unit in program.units.values()
        for cell in unit
        for statement in cell["statements"]
    ]


def texts(program: Program) -> list[str]:
    """The same as normalised source."""
    return [ast.unparse(node) for _, node in statements(program)]


def plain(*sources: str) -> list[str]:
    """Sources, normalised."""
    return [ast.unparse(ast.parse(source)) for source in sources]


def program_of(path: Path, *names: str) -> Program:
    return extract(read_submission(path), names or ("f",))


def test_only_what_a_function_uses_is_taken(write_notebook):
    """Training runs, plots and data loading stay out; imports, constants and helpers that f uses come along."""
    path = write_notebook(
        "import numpy as np\nimport matplotlib.pyplot as plt\nEPS = 1e-8\ndata = load_everything()",
        "def helper(x):\n    return x + EPS\nplt.plot(data)",
        "def f(x):\n    return helper(np.sum(x))\nresult = f(data)\nfor i in range(10**9): f(i)",
    )
    taken = texts(program_of(path))
    assert taken == plain(
        "import numpy as np",
        "EPS = 1e-8",
        "def helper(x):\n    return x + EPS",
        "def f(x):\n    return helper(np.sum(x))",
    )


def test_a_local_name_does_not_pull_in_a_global(write_notebook):
    """A local variable called data is no use of the notebook's expensive data."""
    path = write_notebook("data = load_everything()", "def f(x):\n    data = x\n    return data")
    assert texts(program_of(path)) == ["def f(x):\n    data = x\n    return data"]


def test_defaults_decorators_bases_and_annotations_count_as_uses(write_notebook):
    """They are evaluated where the function is defined."""
    path = write_notebook(
        "A = 1\nB = 2\nimport functools\nclass Base: pass\nimport numpy as np\nunused = 3",
        "@functools.cache\ndef f(x=A) -> np.ndarray:\n    return [B for _ in range(x)]\nclass g(Base):\n    f = f",
    )
    cells = [cell for unit in program_of(path, "f", "g").units.values() for cell in unit]
    names = {name for cell in cells for statement in cell["statements"] for name in statement["binds"]}
    assert names == {"A", "B", "functools", "Base", "np", "f", "g"}


def test_every_definition_is_kept_in_order(write_notebook):
    """The last definition of a name wins because it is executed last, as in a notebook."""
    path = write_notebook("def f(x): return 1", "def f(x): return 2")
    assert texts(program_of(path)) == plain("def f(x): return 1", "def f(x): return 2")


def test_a_cell_that_does_not_parse_costs_only_itself(write_notebook):
    """Its place is kept for the message; the other cells are taken."""
    path = write_notebook("x = (1,\n", "def f(x): return x", "def g(x)\n    return x")
    program = program_of(path, "f", "g")
    assert list(program.entries) == ["f"]
    assert [item.place for item in program.broken] == ["cell 1", "cell 3"]
    broken = broken_definition(program, "g")
    assert broken is not None
    assert (broken.place, broken.line) == ("cell 3", 1)


def test_line_numbers_stay_those_of_the_cell(write_notebook):
    """Magics are blanked, not removed."""
    path = write_notebook("%matplotlib inline\n!pip install x\n\nnp = 1\nfiles = !ls\nnp?\ndef f(x):\n    return np")
    program = program_of(path)
    assert [(node.lineno, ast.unparse(node)) for _, node in statements(program)] == [
        (4, "np = 1"),
        (7, "def f(x):\n    return np"),
    ]


def test_lines_that_begin_with_a_percent_sign_inside_strings_stay(write_notebook):
    """Magics are found where parsing stops, not by their looks."""
    cell = '%matplotlib inline\ndef f(x):\n    text = """\n%d items\n!not a command\n"""\n    return (text\n    % x)'
    assert texts(program_of(write_notebook(cell))) == plain(cell.partition("\n")[2])


def test_cell_magics(write_notebook):
    """%%time keeps its Python; what stands under %%bash is no Python."""
    path = write_notebook("%%time\ndef f(x):\n    return x", "%%bash\nrm -rf /", "%%html\n<b>def f(x)</b>")
    program = program_of(path)
    assert texts(program) == ["def f(x):\n    return x"]
    assert program.broken == ()


def test_statements_that_share_a_line_are_cut_apart(write_notebook):
    """``a = 1; launch()`` gives a, and launches nothing."""
    path = write_notebook("a = 1; launch(); b = 2\ndef f(): return a")
    assert texts(program_of(path)) == plain("a = 1", "def f(): return a")


def test_a_method_patched_onto_a_class_comes_with_it(write_notebook):
    """``Net.loss = loss`` is part of the definition of Net."""
    path = write_notebook("class Net: pass", "def loss(self): return 1", "Net.loss = loss\nNet.log = print('no')")
    assert "Net.loss = loss" in texts(program_of(path, "Net"))


def test_imports_that_may_fail_are_taken_with_their_fallback(write_notebook):
    """try/except around imports is a declaration."""
    guarded = "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle"
    assert plain(guarded)[0] in texts(program_of(write_notebook(guarded, "def f(x): return pickle")))


def test_a_module_gives_all_its_functions_but_not_its_main_part(tmp_path):
    """Training at the end of a .py file is not run."""
    path = tmp_path / "net.py"
    path.write_text(
        "A = 1\ndef f(x): return A\ndef other(): pass\nnet = f(1)\nif __name__ == '__main__':\n    f(net)\n"
    )
    assert texts(program_of(path)) == plain("A = 1", "def f(x): return A", "def other(): pass")


def test_the_notebook_comes_before_the_package_beside_it(write_notebook, tmp_path):
    """A definition in the notebook replaces the imported one, as it does in Jupyter."""
    write_notebook("from net import *\ndef f(x): return 2")
    (tmp_path / "net.py").write_text("def f(x): return 1\ndef g(x): return 1\n")
    program = program_of(tmp_path, "f", "g")
    assert program.entries == {"f": "work.ipynb", "g": "net.py"}


def test_the_main_notebook_is_the_one_about_the_assignment(write_notebook, tmp_path):
    """Among several notebooks the one that mentions most of the names is run."""
    write_notebook("print('hello')", name="a.ipynb")
    write_notebook("from net import f, g\nf(); g()", name="b.ipynb")
    chosen = main_notebook(read_submission(tmp_path), ["f", "g"])
    assert chosen is not None
    assert chosen.path == "b.ipynb"


def test_of_notebooks_that_say_as_much_the_assignments_own_is_taken(write_notebook, tmp_path):
    """A later exercise uses the network of an earlier one."""
    for name in ("a/features.ipynb", "a/net.ipynb"):
        write_notebook("from net import f\nf()", name=name)
    chosen = main_notebook(read_submission(tmp_path), ["f"], "net.ipynb")
    assert chosen is not None
    assert chosen.path == "a/net.ipynb"


@pytest.mark.parametrize(
    "change",
    [
        "setattr(Net, 'loss', loss)",
        "for name, f in [('loss', loss)]:\n    setattr(Net, name, f)",
        "if True:\n    print('patching')\n    Net.loss = loss",
        "with open('x') as file:\n    Net.loss = loss",
    ],
)
def test_whatever_changes_a_wanted_class_comes_with_it(write_notebook, change):
    """setattr, loops and blocks count as part of its definition."""
    path = write_notebook("class Net: pass", "def loss(self): return 1", change, "for i in range(9): print(Net)")
    assert texts(program_of(path, "Net")) == plain("class Net: pass", "def loss(self): return 1", change)


def test_a_decorator_that_is_given_a_class_changes_it(write_notebook):
    """The way of some textbooks to write a class cell by cell."""
    add_to = "def add_to(cls):\n    return lambda f: setattr(cls, f.__name__, f)"
    path = write_notebook("class Net: pass", add_to, "@add_to(Net)\ndef loss(self): return 1")
    assert texts(program_of(path, "Net")) == plain("class Net: pass", add_to, "@add_to(Net)\ndef loss(self): return 1")


def test_a_configuration_filled_by_calls_is_complete(write_notebook):
    """CONFIG.update(...) belongs to CONFIG; plt.show() belongs to nothing that a function needs."""
    path = write_notebook(
        "import matplotlib.pyplot as plt\nCONFIG = {}",
        "CONFIG.update(eps=1)\nplt.plot(train())\nplt.show()",
        "def f(x):\n    plt\n    return CONFIG['eps']",
    )
    assert "CONFIG.update(eps=1)" in texts(program_of(path))
    assert not any(text.startswith("plt.") for text in texts(program_of(path)))


def test_a_class_body_that_reads_a_function_of_the_same_name(write_notebook):
    """``loss = loss`` in a class takes the function from outside."""
    path = write_notebook("def loss(self): return 1", "class Net:\n    loss = loss")
    assert texts(program_of(path, "Net")) == plain("def loss(self): return 1", "class Net:\n    loss = loss")


def test_a_cell_that_only_the_compiler_refuses_is_broken_too(write_notebook):
    """An argument named twice parses, and still is a syntax error of that cell alone."""
    program = program_of(write_notebook("def g(a, a): pass", "def f(x): return x"), "f", "g")
    assert list(program.entries) == ["f"]
    assert [item.place for item in program.broken] == ["cell 1"]


def test_a_command_that_goes_on_in_the_next_line_is_a_magic_too(write_notebook):
    """!pip install with a backslash costs nothing."""
    path = write_notebook("!pip install \\\n    numpy \\\n    scipy\ndef f(x): return x")
    assert [(node.lineno, ast.unparse(node)) for _, node in statements(program_of(path))] == [
        (4, "def f(x):\n    return x")
    ]


def test_constants_and_reexports_of_modules_are_there_for_others(tmp_path):
    """What another file imports is taken, also if a call makes it."""
    (tmp_path / "net.py").write_text("from config import LOW, clip\ndef f(x): return clip(x) + LOW\n")
    (tmp_path / "config.py").write_text("LOW = 0\nclip = make_clip()\nresult = train_for_hours()\n")
    taken = texts(program_of(tmp_path))
    assert {"LOW = 0", "clip = make_clip()"} <= set(taken)
    assert "result = train_for_hours()" not in taken


def test_a_written_function_is_taken_before_a_stub(write_notebook, tmp_path):
    """The untouched template beside the finished work does not win."""
    write_notebook("def f(x):\n    raise NotImplementedError('write f')", name="work.ipynb")
    write_notebook("def f(x):\n    return x", name="work_done.ipynb")
    (tmp_path / "lib.py").write_text("def g(x):\n    'Doc.'\n    raise NotImplementedError\n")
    program = extract(read_submission(tmp_path), ["f", "g"], "work.ipynb")
    assert program.entries == {"f": "work_done.ipynb", "g": "lib.py"}


def test_what_a_starter_left_none_is_taken_last(tmp_path):
    """A later assignment's stub, which returns None, stands in the earlier package too."""
    for folder, value in (("assignment1", "None"), ("assignment2", "x + 1")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "layers.py").write_text(f"def f(x):\n    out = {value}\n    return out, x\n")
    assert program_of(tmp_path).entries == {"f": "assignment2/layers.py"}


def test_the_file_of_the_starter_comes_before_modules_of_other_parts(write_notebook, tmp_path):
    """A stub there is the answer, not the class of another exercise; a notebook that defines it still is one."""
    (tmp_path / "neural_net.py").write_text("class Net:\n    def loss(self): raise NotImplementedError\n")
    (tmp_path / "fc_net.py").write_text("class Net:\n    def loss(self): return 1\ndef more(): pass\n")
    for first in (True, False):
        options = {"starters": {"Net": "neural_net"}, "modules_first": first}
        assert extract(read_submission(tmp_path), ["Net"], **options).entries == {"Net": "neural_net.py"}
    options["starters"] = {"Net": "absent"}
    assert extract(read_submission(tmp_path), ["Net"], **options).entries == {"Net": "fc_net.py"}
    write_notebook("class Net:\n    def loss(self): return 2", name="work.ipynb")
    options["starters"] = {"Net": "neural_net"}
    assert extract(read_submission(tmp_path), ["Net"], **options).entries == {"Net": "work.ipynb"}


@pytest.mark.parametrize("base", ["nn.Module", "torch.nn.Module", "tf.keras.Model"])
def test_a_network_of_a_framework_is_taken_last(write_notebook, tmp_path, base):
    """The PyTorch notebook's ThreeLayerConvNet does not hide the one in NumPy."""
    write_notebook(f"class f({base}):\n    def g(self): return 1", name="PyTorch.ipynb")
    (tmp_path / "cnn.py").write_text("class f(object):\n    def g(self): return 1\n")
    assert program_of(tmp_path).entries == {"f": "cnn.py"}


def test_a_file_of_the_usual_name_is_taken_before_odd_ones(tmp_path):
    """fc_net-bn.py, which nothing can import, is no one's answer where fc_net.py is there."""
    for name in ("fc_net-bn.py", "fc_net.py", "fc_net_old.py", "fc_net (1).py"):
        (tmp_path / name).write_text("def f(x): return x\ndef more(): pass\n")
    assert program_of(tmp_path).entries == {"f": "fc_net.py"}


def test_the_notebook_of_the_assignment_is_taken_before_its_copies(write_notebook, tmp_path):
    """work-Copy1.ipynb and older backups come after work.ipynb."""
    for name in ("backup.ipynb", "work-Copy1.ipynb", "work.ipynb"):
        write_notebook("def f(x): return x", name=name)
    assert extract(read_submission(tmp_path), ["f"], "work.ipynb").entries == {"f": "work.ipynb"}


def test_cells_of_several_notebooks_are_told_apart(write_notebook, tmp_path):
    """A label names the file where the cell alone could be any notebook's."""
    write_notebook("def f(x): return x", name="a.ipynb")
    write_notebook("def g(x): return x", name="b.ipynb")
    labels = {cell["label"] for unit in program_of(tmp_path, "f", "g").units.values() for cell in unit}
    assert labels == {"a.ipynb, cell 1", "b.ipynb, cell 1"}


@pytest.mark.parametrize(
    ("body", "stub"),
    [
        ("raise NotImplementedError", True),
        (
            "'Doc.'\n    config = config or {}\n    rate = config.setdefault('rate', 1)\n    raise NotImplementedError",
            True,
        ),
        ("if config:\n        return 1\n    raise NotImplementedError", False),
        ("return config\n    raise NotImplementedError", False),
        ("return config", False),
    ],
)
def test_given_lines_above_the_raise_do_not_make_a_stub_written(body, stub):
    """Only a function that can return something counts as written."""
    (node,) = ast.parse(f"def f(config):\n    {body}\n").body
    assert is_stub(node) is stub
