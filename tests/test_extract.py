"""From notebooks and modules to the statements that the student process executes."""

from __future__ import annotations

from pathlib import Path

from grader.extract import Program, extract, main_notebook, missing_because
from grader.intake.reading import read_submission


def texts(program: Program) -> list[str]:
    return [str(chunk["text"]).strip() for unit in program.units.values() for chunk in unit]


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
    assert taken == [
        "import numpy as np",
        "EPS = 1e-8",
        "def helper(x):\n    return x + EPS",
        "def f(x):\n    return helper(np.sum(x))",
    ]


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
    names = {name for unit in program_of(path, "f", "g").units.values() for chunk in unit for name in chunk["binds"]}
    assert names == {"A", "B", "functools", "Base", "np", "f", "g"}


def test_every_definition_is_kept_in_order(write_notebook):
    """The last definition of a name wins because it is executed last, as in a notebook."""
    path = write_notebook("def f(x): return 1", "def f(x): return 2")
    assert texts(program_of(path)) == ["def f(x): return 1", "def f(x): return 2"]


def test_a_cell_that_does_not_parse_costs_only_itself(write_notebook):
    """Its place is kept for the message; the other cells are taken."""
    path = write_notebook("x = (1,\n", "def f(x): return x", "def g(x)\n    return x")
    program = program_of(path, "f", "g")
    assert list(program.entries) == ["f"]
    assert [item.place for item in program.broken] == ["cell 1", "cell 3"]
    because = missing_because(program, "g")
    assert because is not None
    assert because.startswith("g stands in cell 3, which does not parse, line 1:")


def test_line_numbers_stay_those_of_the_cell(write_notebook):
    """Magics are blanked, not removed."""
    path = write_notebook("%matplotlib inline\n!pip install x\n\nnp = 1\nfiles = !ls\nnp?\ndef f(x):\n    return np")
    program = program_of(path)
    assert [(chunk["line"], chunk["text"].strip()) for chunk in program.units["work.ipynb"]] == [
        (4, "np = 1"),
        (7, "def f(x):\n    return np"),
    ]


def test_lines_that_begin_with_a_percent_sign_inside_strings_stay(write_notebook):
    """Magics are found where parsing stops, not by their looks."""
    cell = '%matplotlib inline\ndef f(x):\n    text = """\n%d items\n!not a command\n"""\n    return (text\n    % x)'
    assert '\n%d items\n!not a command\n"""\n    return (text\n    % x)' in texts(program_of(write_notebook(cell)))[0]


def test_cell_magics(write_notebook):
    """%%time keeps its Python; what stands under %%bash is no Python."""
    path = write_notebook("%%time\ndef f(x):\n    return x", "%%bash\nrm -rf /", "%%html\n<b>def f(x)</b>")
    program = program_of(path)
    assert texts(program) == ["def f(x):\n    return x"]
    assert program.broken == ()


def test_statements_that_share_a_line_are_cut_apart(write_notebook):
    """``a = 1; launch()`` gives a, and launches nothing."""
    path = write_notebook("a = 1; launch(); b = 2\ndef f(): return a")
    assert texts(program_of(path)) == ["a = 1", "def f(): return a"]


def test_a_method_patched_onto_a_class_comes_with_it(write_notebook):
    """``Net.loss = loss`` is part of the definition of Net."""
    path = write_notebook("class Net: pass", "def loss(self): return 1", "Net.loss = loss\nNet.log = print('no')")
    assert "Net.loss = loss" in texts(program_of(path, "Net"))


def test_imports_that_may_fail_are_taken_with_their_fallback(write_notebook):
    """try/except around imports is a declaration."""
    guarded = "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle"
    assert guarded in texts(program_of(write_notebook(guarded, "def f(x): return pickle")))


def test_a_module_gives_all_its_functions_but_not_its_main_part(tmp_path):
    """Training at the end of a .py file is not run."""
    path = tmp_path / "net.py"
    path.write_text(
        "A = 1\ndef f(x): return A\ndef other(): pass\nnet = f(1)\nif __name__ == '__main__':\n    f(net)\n"
    )
    assert texts(program_of(path)) == ["A = 1", "def f(x): return A", "def other(): pass"]


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
