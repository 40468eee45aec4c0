"""`qistas`: the list of commands, and one way to fail.

Each command is a module of this package with `add(commands)` (its arguments, argparse alone) and a function that does it,
which imports what it needs. So `qistas --help` loads neither a database driver nor numpy.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

# Command -> module of this package. `demo` and `truth` bring their own arguments.
COMMANDS = {
    "up": "up",
    "project": "project",
    "import": "import_items",
    "status": "status",
    "consensus": "consensus",
    "quality": "quality",
    "report": "report",
    "seal": "seal",
    "export": "export",
    "db": "db",
    "demo": "demo",
    "truth": "truth",
}
SUMMARY = {
    "up": "start the server, the worker and the database, and print a sign-in link",
    "project": "create, list, show and pause projects",
    "import": "bring items into a project from a file or folder",
    "status": "how far each project has come",
    "consensus": "infer one answer per question from all annotations",
    "quality": "errors: labels that are likely wrong",
    "report": "one HTML file on a project's quality, with figures",
    "seal": "freeze a dataset version with its hash",
    "export": "write a dataset version to a file",
    "db": "status, migrate, backup and restore of the database",
    "demo": "make sample projects and let simulated annotators work through them",
    "truth": "infer answers from a file of annotations, without a server",
}
# Exit code of each category of error; 2 is argparse's own for a wrong command line.
EXIT = {
    "conflict": 1,
    "invalid": 3,
    "unknown": 4,
    "forbidden": 5,
    "missing": 6,
    "exhausted": 7,
    "unavailable": 8,
}
EPILOG = """\
the road:
  qistas up                                        start, and open the link it prints
  qistas project create "News" --template text_classification
  qistas import headlines.csv --project News
  qistas status
  qistas consensus --project News
  qistas seal --project News --dataset headlines
  qistas export --project News --dataset headlines --format jsonl -o headlines.jsonl

`qistas COMMAND --help` explains a command and gives examples.
Commands find the server by --server and --token, by QISTAS_SERVER and QISTAS_TOKEN, or, on the same machine,
by the data folder of a server that runs.
"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are sentences."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, and where help is."""
        self.exit(2, f"{self.prog}: {message}.\nTry `{self.prog} --help`.\n")


def build_parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """The parser. Only the module of the command that is `wanted` is imported."""
    parser = Parser(
        prog="qistas",
        description="Qistas: an open, neutral, self-hosted data engine. Raw data in; labels a team can trust, and prove, out.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, module in COMMANDS.items():
        if name == wanted:
            import_module(f"qistas.cli.{module}").add(commands)
        else:
            commands.add_parser(name, help=SUMMARY[name], add_help=False)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Errors are printed as sentences, with place and remedy."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    wanted = next((word for word in words if not word.startswith("-")), None)
    chosen = build_parser(wanted if wanted in COMMANDS else None).parse_args(words)
    if chosen.version:
        from importlib.metadata import version

        print(version("qistas"))
        return 0
    if chosen.command is None:
        build_parser().print_help()
        return 0
    return _run(chosen.run, chosen)


def _run(command: Callable[[argparse.Namespace], int | None], chosen: argparse.Namespace) -> int:
    from qistas.core.errors import QistasError

    try:
        return command(chosen) or 0
    except QistasError as error:
        _complain(error, as_json=bool(getattr(chosen, "json", False)))
        return EXIT.get(error.category.value, 1)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _complain(error: Any, *, as_json: bool) -> None:
    if as_json:
        import json

        faults = [{"where": f.where, "message": f.message, "remedy": f.remedy} for f in error.faults]
        print(
            json.dumps({"code": error.code, "detail": error.detail, "errors": faults}, ensure_ascii=False),
            file=sys.stderr,
        )
    else:
        print(f"qistas: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
