"""An engine that runs containers, and a base for the image; all of it in one folder that is gone in the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
OFFICIAL = "docker.io/library/python:3.12-slim"
PACKAGES = "ca-certificates,python3,python3-venv,python3-pip,python-is-python3"
SUITE = "trixie"
MIRROR = "http://deb.debian.org/debian"
PULL_SECONDS = 300
SETTLE_SECONDS = 60
# Of a machine whose limits are lower than podman's defaults.
SETTINGS = """
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
# Where this machine says how its package registries are reached and trusted: for the build alone, read-only.
MACHINES = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")


class Engine:
    """Podman with images of its own, or a Docker that is there; a context manager."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="grader-image-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self._env = dict(os.environ)
        self._made: list[str] = []
        if is_podman():
            settings = self.folder / "containers.conf"
            settings.write_text(SETTINGS if os.geteuid() == 0 and shutil.which("runc") else "")
            self._env["CONTAINERS_CONF"] = str(settings)
            places = {"--root": "storage", "--runroot": "run", "--tmpdir": "tmp"}
            self.command = ["podman", *(word for name, place in places.items() for word in (name, self.path(place)))]
        else:
            self.command = ["docker"]

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *error: object) -> None:
        """Remove every container and image that was made."""
        if is_podman():
            self.run("rm", "--all", "--force", "--time", "0", check=False)  # the images go with their folder
            self._settle()
            subprocess.run(["umount", "--quiet", self.path("storage/overlay")], check=False, capture_output=True)
        else:
            self.run("rmi", "--force", *self._made, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _settle(self) -> None:
        """Wait for the processes that tidy up after a container: they would make the folder anew."""
        place = str(self.folder)
        at_work = [one for one in psutil.process_iter() if any(place in word for word in _words(one))]
        psutil.wait_procs(at_work, timeout=SETTLE_SECONDS)

    def path(self, name: str) -> str:
        """A path in the engine's own folder."""
        return str(self.folder / name)

    def run(self, *words: str, check: bool = True, **more: object) -> subprocess.CompletedProcess[str]:
        """Run a command of the engine; its output."""
        # Where a container ran out of memory, podman leaves a file in the folder that it was started in.
        own = {"cwd": self.folder, "env": self._env, "capture_output": True, "text": True}
        done = subprocess.run([*self.command, *words], check=False, **(own | more))
        assert not check or done.returncode == 0, f"{' '.join(words)}: {done.stderr[-3000:]}"
        return done

    def start(self, *words: str, **more: object) -> subprocess.Popen[str]:
        """Start a command of the engine; its output is to be read."""
        own = {"cwd": self.folder, "env": self._env, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen([*self.command, *words], **(own | more))

    def shell(self, commands: str, cwd: Path, user: str) -> subprocess.CompletedProcess[str]:
        """Run commands as they are printed for a person of that "uid:gid", with this engine in the place of theirs."""
        own = " ".join(self.command)
        for name in ("docker", "podman"):
            commands = commands.replace(f"{name} run", f"{own} run")
        commands = commands.replace('"$(id -u):$(id -g)"', user)
        return subprocess.run(["sh", "-ec", commands], cwd=cwd, env=self._env, capture_output=True, text=True)

    def base(self) -> str:
        """The base of the image: the official one, or where no registry is reached one that is made here."""
        pulled = self.run("pull", "--quiet", OFFICIAL, check=False, timeout=PULL_SECONDS)
        if pulled.returncode == 0:
            return OFFICIAL
        root = self.path("base")
        # Nothing here has to outlive a power cut: not waiting for the disk takes half of the time.
        quick = ["eatmydata"] if shutil.which("eatmydata") else []
        options = ["--variant=minbase", f"--include={PACKAGES}", SUITE, root, MIRROR]
        made = subprocess.run([*quick, "debootstrap", *options], capture_output=True, text=True)
        assert made.returncode == 0, f"debootstrap: {(made.stdout + made.stderr)[-3000:]}"
        tar = subprocess.Popen(
            ["tar", "-C", root, "--exclude=./var/cache/apt/archives/*", "-c", "."], stdout=subprocess.PIPE
        )
        self.run("import", "-", "localhost/grader-base", stdin=tar.stdout)
        assert tar.wait() == 0
        shutil.rmtree(root)
        return "localhost/grader-base"

    def build(self, name: str, base: str, *options: str, context: Path = ROOT) -> None:
        """Build an image by the Dockerfile of a folder, the project's if none is said."""
        volumes = [word for place in MACHINES if os.path.exists(place) for word in ("--volume", f"{place}:{place}:ro")]
        own = ["--network", "host", *(volumes if is_podman() else [])]
        self.run("build", "--tag", name, "--build-arg", f"BASE={base}", *own, *options, str(context))
        self._made.append(name)


def _words(process: psutil.Process) -> list[str]:
    """A process's command, if it is still there."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def is_podman() -> bool:
    """Whether podman is the engine here."""
    return shutil.which("podman") is not None


def missing() -> str:
    """Why nothing can be built and run here; empty if it can."""
    if is_podman():
        if os.geteuid() != 0:
            return "podman is tested as root"
        return "" if shutil.which("debootstrap") else "debootstrap is not installed"
    if shutil.which("docker") is None:
        return "neither podman nor docker is installed"
    answers = subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    return "" if answers else "no Docker engine answers"
