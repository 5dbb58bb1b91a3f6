"""What the README shows is what happens: its commands run, curl lines against the served release."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
PORT = "8000"


def shown() -> list[tuple[str, str]]:
    """Every command of a console block, with the output under it."""
    pairs = []
    for block in BLOCKS:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            length = next(i for i, line in enumerate(lines, 1) if not line.endswith("\\"))
            pairs.append(("\n".join(lines[:length]), "\n".join(lines[length:])))
    return [pair for pair in pairs if pair[0].startswith(("curl", ".venv/bin/heliotrope"))]


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "kg_service", "serve", "--port", free]
    with subprocess.Popen(command, cwd=ROOT) as server:
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{free}/ready").close()
                    break
                except urllib.error.HTTPError as error:
                    error.close()
                except OSError:
                    assert server.poll() is None, "the server ended"
                time.sleep(0.1)
            yield free
        finally:
            server.terminate()
            assert server.wait(10) == 0


def test_the_readme_shows_a_curl_line() -> None:
    assert shown()


@pytest.mark.parametrize(("command", "output"), shown())
def test_a_command_of_the_readme_prints_what_is_shown(port: str, command: str, output: str) -> None:
    called = command.replace(f":{PORT}/", f":{port}/")
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", called], cwd=ROOT, env=environment, capture_output=True, timeout=30
    )
    assert done.stdout.decode().replace("\r\n", "\n").strip() == output.strip()
