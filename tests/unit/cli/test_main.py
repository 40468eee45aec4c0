"""The command line from outside: quick, plain, and its failures are sentences."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from qistas.cli import main as cli
from qistas.core.errors import Category, Fault, FileInvalid, Missing

HEAVY = ("numpy", "numba", "psycopg", "fastapi", "pydantic", "rich", "httpx", "pyarrow", "uvicorn", "asyncio")
BUILT = [name for name in cli.COMMANDS if (Path(cli.__file__).parent / f"{cli.COMMANDS[name]}.py").exists()]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("QISTAS_")}
    return subprocess.run(
        [sys.executable, "-m", "qistas.cli.main", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**clean, **environment},
    )


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from qistas.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    for name in BUILT:
        assert f"\n    {name}" in done.stdout


def test_help_is_quick() -> None:
    def seconds_of_work() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "qistas.cli.main", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # The processor's time, which does not grow while other tests run beside this one.
    assert min(seconds_of_work() for _ in range(7)) < 0.150


@pytest.mark.parametrize("name", BUILT)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    done = run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"qistas {name}" in done.stdout.split("options:")[-1] or "examples:" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["nothing"], ["project"], ["import"], ["export", "--format", "odt"], ["up", "--port", "many"]]
)
def test_a_wrong_command_line_is_explained(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert "--help" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_server_it_says_what_to_do(tmp_path: Path) -> None:
    done = run("status", QISTAS_DATA_DIR=str(tmp_path))
    assert done.returncode == 8
    assert "qistas up" in done.stderr
    done = run(
        "status",
        "--json",
        "--server",
        "http://127.0.0.1:9",
        "--token",
        "qst_x",
        QISTAS_DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 8
    assert json.loads(done.stderr)["code"] == "unavailable"


def test_the_local_token_goes_to_no_other_server(tmp_path: Path) -> None:
    import argparse

    from qistas.cli.reaching import client_of

    (tmp_path / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:8787", "token": "qst_local"}))
    chosen = argparse.Namespace(server="http://elsewhere.example.org", token=None, data_dir=tmp_path)
    with client_of(chosen) as client:
        assert "authorization" not in client._transport._http.headers  # pyright: ignore[reportPrivateUsage]
    chosen.server = None
    with client_of(chosen) as client:
        assert client._transport._http.headers["authorization"] == "Bearer qst_local"  # pyright: ignore[reportPrivateUsage]


def test_links_of_the_demo_lead_where_a_browser_is_signed_in(tmp_path: Path) -> None:
    import argparse

    from qistas.cli.reaching import client_of, console_of

    told = {"url": "http://127.0.0.1:8787", "console": "https://label.example.org", "token": "qst_local"}
    (tmp_path / "server.json").write_text(json.dumps(told))
    chosen = argparse.Namespace(server=None, token=None, data_dir=tmp_path)
    with client_of(chosen) as client:
        assert console_of(chosen, client) == "https://label.example.org"
    chosen.server = "http://elsewhere.example.org"
    with client_of(chosen) as client:
        assert console_of(chosen, client) == "http://elsewhere.example.org"


def test_without_a_server_the_folder_and_the_ways_out_are_named(tmp_path: Path) -> None:
    done = run("status", QISTAS_DATA_DIR=str(tmp_path))
    assert str(tmp_path.resolve()) in done.stderr
    assert "--data-dir" in done.stderr


def test_each_category_has_an_exit_code_of_its_own() -> None:
    assert set(cli.EXIT) == {c.value for c in Category}
    assert len(set(cli.EXIT.values())) == len(cli.EXIT)
    assert 2 not in cli.EXIT.values()  # argparse's own


def test_errors_name_place_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    error = FileInvalid("The file is not read.", [Fault("line 12, field text", "is missing.", "Add it.")])
    cli._complain(error, as_json=False)  # pyright: ignore[reportPrivateUsage]
    assert (
        capsys.readouterr().err
        == "qistas: The file is not read.\n  line 12, field text: is missing. Add it.\n"
    )
    cli._complain(Missing(), as_json=True)  # pyright: ignore[reportPrivateUsage]
    assert json.loads(capsys.readouterr().err)["code"] == "not_found"


def test_version() -> None:
    assert run("--version").stdout.count(".") >= 1
