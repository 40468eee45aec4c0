"""`qistas consensus`: one answer from many, for every item of a project."""

import argparse
from typing import TYPE_CHECKING, Any

from .reaching import add_server_arguments, client_of, table, tell_json

if TYPE_CHECKING:
    from datetime import datetime

    from qistas.sdk.types import Quality, Skill

METHODS = ("auto", "majority", "dawid_skene")


def add(commands: Any) -> None:
    """The arguments of `qistas consensus`."""
    parser = commands.add_parser(
        "consensus",
        help="infer consensus",
        description="Infer the consensus of every item anew, with the skill of each annotator, and tell agreement and doubt.",
        epilog="examples:\n  qistas consensus --project News\n  qistas consensus --project News --method dawid_skene\n"
        "  qistas consensus --project News --engine ray://head:10001\n",
    )
    parser.add_argument("--project", required=True, help="name or id")
    parser.add_argument("--method", choices=METHODS, help="how (default: as the project says)")
    parser.add_argument(
        "--timeout",
        type=float,
        default=600,
        metavar="SECONDS",
        help="how long to wait for the result (default 600)",
    )
    parser.add_argument(
        "--engine",
        metavar="ray|ray://HOST:PORT",
        help="work on a Ray cluster; on the server's own machine, for it reads the database (docs/howto/scale-out.md)",
    )
    parser.add_argument(
        "--shards", type=int, default=4, metavar="N", help="with --engine: into how many parts (4)"
    )
    add_server_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Start the full run, wait for its result, tell it."""
    import time

    from qistas.core.errors import Unavailable

    if chosen.engine:
        from .consensus_on_cluster import run_on_cluster

        run_on_cluster(chosen)
        return
    with client_of(chosen) as client:
        before = client.quality(chosen.project).computed_at
        client.infer_consensus(chosen.project, chosen.method)
        until = time.monotonic() + chosen.timeout
        while not _is_run(quality := client.quality(chosen.project), before, chosen.method):
            if time.monotonic() > until:
                raise Unavailable(
                    "The consensus is not there yet. The server goes on with it; ask later by `qistas status --project …`."
                )
            time.sleep(0.3)
    if chosen.json:
        tell_json(quality)
        return
    from .status import agreement_words

    table(
        ["question", "kind", "agreement", "interval", "consensus", "method"],
        [(q.name, q.kind, *agreement_words(q.agreement), q.consensus, q.method) for q in quality.questions],
    )
    if quality.annotators:
        print()
        table(
            ["annotator", "answers", "skill", "gold"],
            [
                (
                    a.name,
                    a.answers,
                    _skills(a.skills),
                    f"{a.gold.right:g} of {a.gold.total:g}" if a.gold and a.gold.total else "",
                )
                for a in quality.annotators
            ],
        )


def _is_run(quality: "Quality", before: "datetime | None", method: str | None) -> bool:
    """Whether this is what was asked for, and not what a run that was under way before has left meanwhile."""
    by_it = all(q.method == method for q in quality.questions if q.method in METHODS) if method else True
    return quality.computed_at != before and by_it


def _skills(skills: "list[Skill]") -> str:
    """The skill with its interval; where there are several questions, each by its name."""
    parts = [f"{skill.value:.0%} ({skill.low:.0%} to {skill.high:.0%})" for skill in skills]
    if len(skills) > 1:
        parts = [f"{skill.question} {part}" for skill, part in zip(skills, parts, strict=True)]
    return ", ".join(parts)
