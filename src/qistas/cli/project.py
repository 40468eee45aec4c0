"""`qistas project`: create, list, show, pause and resume."""

import argparse
from pathlib import Path
from typing import Any

from .reaching import add_server_arguments, client_of, table, tell_json

EXAMPLES = """\
examples:
  qistas project create "News" --template text_classification
  qistas project create "Entities" --ontology ontology.yaml --overlap 3
  qistas project list
  qistas project pause News
  qistas project templates
"""


def add(commands: Any) -> None:
    """The arguments of `qistas project`."""
    parser = commands.add_parser(
        "project", help="projects", description="Create, list, show and pause projects.", epilog=EXAMPLES
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=type(parser))
    create = verbs.add_parser("create", help="make a project from a template or an ontology file")
    create.add_argument("name")
    start = create.add_mutually_exclusive_group(required=True)
    start.add_argument("--template", help="one of `qistas project templates`")
    start.add_argument("--ontology", type=Path, metavar="FILE", help="an ontology document, YAML or JSON")
    create.add_argument(
        "--overlap", type=int, help="independent annotations wanted for each item (default 1)"
    )
    create.set_defaults(run=_create)
    for verb, run, text in (
        ("list", _list, "every project"),
        ("templates", _templates, "the templates to start from"),
    ):
        entry = verbs.add_parser(verb, help=text)
        entry.set_defaults(run=run)
    for verb, state, text in (
        ("show", None, "one project"),
        ("pause", "paused", "offer no more tasks"),
        ("resume", "active", "offer tasks again"),
        ("archive", "archived", "put a project away"),
    ):
        entry = verbs.add_parser(verb, help=text)
        entry.add_argument("project", help="name or id")
        entry.set_defaults(run=_show if state is None else _change, state=state)
    for entry in verbs.choices.values():
        add_server_arguments(entry)


def _create(chosen: argparse.Namespace) -> None:
    ontology: str | None = None
    if chosen.ontology is not None:
        from qistas.core.errors import FileInvalid

        try:
            ontology = chosen.ontology.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise FileInvalid(f"{chosen.ontology} cannot be read: {error}.") from error
    settings = {"overlap": chosen.overlap} if chosen.overlap is not None else None
    with client_of(chosen) as client:
        project = client.create_project(
            chosen.name, template=chosen.template, ontology=ontology, settings=settings
        )
    if chosen.json:
        tell_json(project)
    else:
        print(
            f"Made the project {project.name} ({project.id}).\nNext: qistas import FILE --project {str(project.id)!r}"
        )


def _list(chosen: argparse.Namespace) -> None:
    with client_of(chosen) as client:
        projects = client.projects()
    if chosen.json:
        tell_json(projects)
    elif not projects:
        print(
            'There is no project yet. Make one: qistas project create "News" --template text_classification'
        )
    else:
        table(
            ["name", "state", "items", "done", "answers", "id"],
            [(p.name, p.state, p.counts.items, p.counts.done, p.counts.answers, p.id) for p in projects],
        )


def _templates(chosen: argparse.Namespace) -> None:
    with client_of(chosen) as client:
        templates = client.templates()
    if chosen.json:
        tell_json(templates)
    else:
        table(["name", "description"], [(t.name, _english(t.description)) for t in templates])


def _english(text: Any) -> str:
    return str(text.get("en") or next(iter(text.values()), "")) if isinstance(text, dict) else str(text)


def _show(chosen: argparse.Namespace) -> None:
    with client_of(chosen) as client:
        project = client.project(chosen.project)
    if chosen.json:
        tell_json(project)
        return
    print(f"{project.name}  ({project.state})\n{project.id}, ontology version {project.ontology_version}")
    if project.description:
        print(project.description)
    table(["", ""], [(name, value) for name, value in {**project.settings}.items()])


def _change(chosen: argparse.Namespace) -> None:
    with client_of(chosen) as client:
        project = client.update_project(chosen.project, state=chosen.state)
    if chosen.json:
        tell_json(project)
    else:
        print(f"{project.name} is {project.state} now.")
