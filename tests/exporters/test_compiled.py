"""What Jinja compiles is kept beside the templates, and used only for the source that it is of."""

import marshal
import sys

import pytest
from jinja2 import Environment, FileSystemLoader

from grader.exporters._compiled import CompiledTemplates


@pytest.fixture(autouse=True)
def writes(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.j2").write_text("Hello {{ name }}", "utf-8")
    return tmp_path


def rendered(folder):
    """The template's text, by an environment that has compiled nothing yet."""
    environment = Environment(
        loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(folder), autoescape=True
    )
    return environment.get_template("a.j2").render(name="Ada")


def kept(folder):
    return sorted((folder / "__pycache__").iterdir())


def exchanged(file):
    """Put the code of another template in the place of what is kept."""
    code = Environment(autoescape=True).compile("Bye", raw=False)
    file.write_bytes(file.read_bytes().split(b"\n", 1)[0] + b"\n" + marshal.dumps(code))


def test_what_was_compiled_is_used_again(folder):
    assert rendered(folder) == "Hello Ada"
    (file,) = kept(folder)
    exchanged(file)
    assert rendered(folder) == "Bye"


def test_a_changed_template_is_compiled_anew_and_one_file_stays(folder):
    rendered(folder)
    (folder / "a.j2").write_text("Dear {{ name }}", "utf-8")
    assert rendered(folder) == "Dear Ada"
    assert len(kept(folder)) == 1


def test_code_that_other_code_of_the_grader_made_gives_way(folder, monkeypatch):
    rendered(folder)
    (file,) = kept(folder)
    exchanged(file)
    older = file.rename(file.with_name(file.name[:-1] + ("0" if file.name[-1] != "0" else "1")))
    assert rendered(folder) == "Hello Ada"
    assert kept(folder) == [file] and not older.exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"no digest", b"\xff\n\xff"])
def test_a_spoilt_file_is_written_anew(folder, content):
    rendered(folder)
    (file,) = kept(folder)
    digest = file.read_bytes().split(b"\n", 1)[0]
    for spoilt in (content, digest + b"\n" + content):
        file.write_bytes(spoilt)
        assert rendered(folder) == "Hello Ada"
        assert file.read_bytes().startswith(digest) and len(file.read_bytes()) > 100


def test_where_nothing_can_be_written_templates_work(folder, monkeypatch):
    (folder / "__pycache__").write_text("a file, where a folder would be", "utf-8")
    assert rendered(folder) == "Hello Ada"
    (folder / "__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(folder) == "Hello Ada"
    assert not (folder / "__pycache__").exists()


def test_whoever_may_read_the_template_may_read_it_compiled(folder):
    folder.chmod(0o755)
    rendered(folder)
    assert (folder / "__pycache__").stat().st_mode & 0o777 == 0o755
    assert kept(folder)[0].stat().st_mode & 0o777 == 0o644
