"""`qistas status`: how far the work has come."""

import argparse
from typing import Any

from .reaching import add_server_arguments, client_of, plain, table, tell_json


def add(commands: Any) -> None:
    """The arguments of `qistas status`."""
    parser = commands.add_parser(
        "status",
        help="how far the work has come",
        description="How far every project has come, or one in detail.",
        epilog="examples:\n  qistas status\n  qistas status --project News --json\n",
    )
    parser.add_argument("--project", help="name or id; all without it")
    add_server_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Tell the counts; of one project also its quality and imports."""
    with client_of(chosen) as client:
        if chosen.project is None:
            projects = client.projects()
            if chosen.json:
                tell_json(projects)
                return
            table(
                ["project", "state", "items", "tasks done", "answers", "skipped", "consensus"],
                [
                    (
                        p.name,
                        p.state,
                        p.counts.items,
                        f"{p.counts.done:,} of {p.counts.tasks:,}",
                        p.counts.answers,
                        p.counts.skipped,
                        p.counts.consensus,
                    )
                    for p in projects
                ],
            )
            return
        project, quality = client.project(chosen.project), client.quality(chosen.project)
        imports = client.imports(chosen.project)[:5]
    if chosen.json:
        tell_json(
            {"project": plain(project), "quality": plain(quality), "imports": [plain(i) for i in imports]}
        )
        return
    counts = project.counts
    print(f"{project.name} ({project.state})")
    print(
        f"{counts.items:,} items, {counts.done:,} of {counts.tasks:,} tasks done, {counts.answers:,} answers ({counts.answers_today:,} today)."
    )
    if quality.questions:
        print()
        table(
            ["question", "kind", "agreement", "interval", "consensus", "method"],
            [
                (q.name, q.kind, *agreement_words(q.agreement), q.consensus, q.method)
                for q in quality.questions
            ],
        )
    if imports:
        print()
        table(
            ["import", "state", "added", "there already", "refused"],
            [(i.name, i.state, i.rows_added, i.rows_duplicate, i.rows_refused) for i in imports],
        )


def agreement_words(agreement: Any) -> tuple[str, str]:
    """The agreement of a question and its interval, in words."""
    if agreement is None or agreement.value is None:
        return "not yet", ""
    between = (
        f"{agreement.low:.2f} to {agreement.high:.2f}"
        if agreement.low is not None and agreement.high is not None
        else ""
    )
    return f"{agreement.value:.3f} ({agreement.metric})", between
