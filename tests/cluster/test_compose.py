"""compose.yaml without an engine: its services are commands of this version, with the folders that they name.

What they do in containers is shown in tests/image.
"""

from __future__ import annotations

import re

import yaml
from distributed.cli.dask_scheduler import main as dask_scheduler

from grader.cluster.certificates import CERTIFICATE, KEY
from grader.commands import parse
from tests.conftest import ROOT

TEXT = (ROOT / "compose.yaml").read_text("utf-8")
FILE = yaml.safe_load(TEXT)
SERVICES = FILE["services"]


def test_every_service_is_a_command_that_there_is(tmp_path):
    """With options that it has; the module that a scheduler loads first is there."""
    for service in SERVICES.values():
        words, entry = service.get("command", []), service.get("entrypoint", ["grader"])
        if entry == ["grader"]:
            parse(words)
        elif entry[:2] == ["dask", "scheduler"]:
            for name in (CERTIFICATE, KEY):
                (tmp_path / name).touch()
            given = [word.replace("/certificates", str(tmp_path)) for word in (*entry[2:], *words)]
            told = dask_scheduler.make_context("scheduler", given).params
            assert (told["preload"], told["protocol"], told["port"]) == (("grader.cluster.scheduler",), "tls", "8786")
            own = {name: told[f"tls_{name}"] for name in ("ca_file", "cert", "key")}
            pem = str(tmp_path / CERTIFICATE)
            assert own == {"ca_file": pem, "cert": pem, "key": str(tmp_path / KEY)}
        else:
            assert entry[:3] == ["python", "-m", "http.server"]


def test_every_folder_network_and_service_that_is_named_is_there():
    """As a volume of the service; written to by whoever makes something there alone."""
    for name, service in SERVICES.items():
        words = [*service.get("entrypoint", []), *service.get("command", [])]
        named = {found for word in words for found in re.findall(r"(?:^|=)(/\w+)", str(word))}
        places = {volume.split("}:")[1].partition(":")[::2] for volume in service["volumes"]}
        assert named == {place for place, _ in places}
        written = {place for place, mode in places if mode != "ro"}
        assert written == {"certificates": {"/certificates"}, "grade": {"/out"}, "grade-on-cluster": {"/out"}}.get(
            name, set()
        )
        assert set(service.get("depends_on", [])) <= SERVICES.keys()
        assert set(service.get("networks", [])) <= FILE["networks"].keys()
        hosts = {host for word in words for host in re.findall(r"^tls://([\w-]+):8786$", str(word))}
        assert hosts <= set(service.get("depends_on", []))


def test_the_lines_for_people_name_services():
    """In the file itself and in the docs."""
    texts = [TEXT, *((ROOT / "docs" / page).read_text("utf-8") for page in ("scaling.md", "containers.md"))]
    lines = re.findall(r"docker compose (?:--profile \w+ )?(run|up|down)([^#`\n]*)", "\n".join(texts))
    named = {word for _, words in lines for word in words.split() if word[0] != "-" and "=" not in word}
    assert named == SERVICES.keys()
