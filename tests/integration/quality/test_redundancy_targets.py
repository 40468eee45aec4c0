"""A project's target and the price of answers, through the queue and the jobs: what stops the asking, what goes on, what is told."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from tests.build import claim, fill, make_project, submit, task_rows
from tests.conftest import Tenant
from tests.integration.conftest import Api
from tests.integration.quality.test_redundancy import SKILLS, crew, let_go, said

from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.quality import quality_report

LEAST, MOST = 2, 6
N = 40


async def begun(api: Api, tenant: Tenant, **rule: Any) -> ProjectId:
    """A project with a rule and `N` items."""
    limits = {"mode": "adaptive", "min_overlap": LEAST, "max_overlap": MOST}
    project = await make_project(api.db, tenant.owner, redundancy={**limits, **rule})
    await fill(api.db, tenant.owner, project, N)
    await api.run_jobs()
    return project


async def answer(api: Api, project: ProjectId, people: list[Principal], numbers: list[int]) -> int:
    """Some annotators take what the queue has for them, once; then the jobs are done that this set going. The number of answers."""
    total = 0
    for number in numbers:
        while offers := await claim(api.db, people[number], project, 20):
            for offer in offers:
                what = said(number, offer.data["text"], SKILLS[number])
                await submit(api.db, people[number], project, offer, what)
            total += len(offers)
    ran = await api.run_jobs()
    assert total == 0 or {"quality.infer_consensus", "quality.fit"} <= set(ran)
    await let_go(api.db)
    return total


async def to_the_end(api: Api, project: ProjectId, people: list[Principal]) -> int:
    """Everybody answers until the queue has nothing more; the number of answers."""
    total = 0
    while given := sum([await answer(api, project, people, [number]) for number in range(len(people))]):
        total += given
    return total


async def told(
    api: Api, tenant: Tenant, project: ProjectId
) -> tuple[dict[str, Any], float, list[dict[str, Any]]]:
    """The savings as the project's page has them, the accuracy expected by the last full run, and the tasks."""
    async with api.db.tenant_tx(tenant.owner) as tx:
        report = await quality_report(tx, project)
    expected = 1.0 - report["questions"][0]["mean_doubt"]
    return report["redundancy"], expected, await task_rows(api.db, tenant.owner, project)


async def confidences(api: Api, tenant: Tenant, project: ProjectId) -> list[float]:
    async with api.db.tenant_tx(tenant.owner) as tx:
        return [
            row[0]
            for row in await tx.rows("SELECT confidence FROM consensus WHERE project_id = %s", (project,))
        ]


async def disputed_items(api: Api, tenant: Tenant, project: ProjectId) -> set[UUID]:
    async with api.db.tenant_tx(tenant.owner) as tx:
        rows = await tx.rows("SELECT item_id FROM consensus WHERE project_id = %s AND disputed", (project,))
    return {row[0] for row in rows}


def check_savings(report: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """The report is what the tasks add up to."""
    done = [row["answers"] for row in rows if row["state"] == "done"]
    assert (report["finished"], report["answers"]) == (len(done), sum(done))
    assert report["saved"] == MOST * len(done) - sum(done)
    if done:
        assert report["saved_low"] <= report["saved"] <= report["saved_high"]
    assert {row["answers"]: row["items"] for row in report["by_answers"]} == Counter(done)
    assert report["accuracy_low"] <= report["accuracy"] <= report["accuracy_high"]


async def test_a_target_of_the_project_is_asked_for_until_it_is_reached_and_no_longer(api: Api) -> None:
    tenant, target = await api.tenant(), 0.88
    people = await crew(tenant)
    project = await begun(api, tenant, target_accuracy=target)

    await answer(api, project, people, [6, 5])  # the two who are wrong most
    report, expected, rows = await told(api, tenant, project)
    assert expected < target
    assert "open" in {row["state"] for row in rows}, "not reached: it goes on"
    check_savings(report, rows)

    await to_the_end(api, project, people)
    report, expected, rows = await told(api, tenant, project)
    assert expected >= target
    assert {row["state"] for row in rows} == {"done"}
    assert all(LEAST <= row["answers"] <= MOST for row in rows)
    assert min(await confidences(api, tenant, project)) < target, (
        "the average has to reach it, not every item"
    )
    assert sum(row["answers"] for row in rows) < MOST * N
    check_savings(report, rows)
    assert report["accuracy"] >= target - 0.01
    assert not any([await claim(api.db, who, project) for who in people])


async def test_a_target_that_is_reached_stops_even_what_is_in_doubt(api: Api) -> None:
    tenant = await api.tenant()
    people = await crew(tenant)
    used: list[int] = []
    for target in (0.85, 0.97):
        project = await begun(api, tenant, target_accuracy=target)
        await answer(api, project, people, [0, 1])  # the two who know most: they agree on nearly all
        report, expected, rows = await told(api, tenant, project)
        check_savings(report, rows)
        disputed = await disputed_items(api, tenant, project)
        assert disputed
        states = {row["item_id"]: row["state"] for row in rows}
        if target < expected:
            assert set(states.values()) == {"done"}, "the project is right enough, whatever one item is"
            assert (report["answers"], report["saved"]) == (LEAST * N, (MOST - LEAST) * N)
        else:
            assert {states[item] for item in disputed} == {"open"}, (
                "the project is not: what is in doubt goes on"
            )
        given = await to_the_end(api, project, people)
        report, _, rows = await told(api, tenant, project)
        check_savings(report, rows)
        assert {row["state"] for row in rows} == {"done"}
        assert given + LEAST * N == report["answers"]
        used.append(report["answers"])
    assert used[0] == LEAST * N < used[1], used


async def test_asking_stops_where_an_answer_costs_more_than_it_mends(api: Api) -> None:
    tenant = await api.tenant()
    people = await crew(tenant)
    used: dict[int, int] = {}
    spared: dict[int, int] = {}
    for error_cost in (1, 40, 100_000):
        project = await begun(api, tenant, target_confidence=0.9999, cost_per_answer=2, error_cost=error_cost)
        given = await to_the_end(api, project, people)
        report, _, rows = await told(api, tenant, project)
        check_savings(report, rows)
        assert {row["state"] for row in rows} == {"done"}
        assert all(LEAST <= row["answers"] <= MOST for row in rows)
        used[error_cost], spared[error_cost] = report["answers"], report["saved"]
        assert given == report["answers"]
    assert used[1] == LEAST * N, "no answer beyond the first two can be worth twice what a mistake costs"
    assert used[1] < used[40] < used[100_000], used
    assert spared == {cost: MOST * N - number for cost, number in used.items()}


async def test_what_still_costs_less_than_it_mends_goes_on(api: Api) -> None:
    tenant = await api.tenant()
    people = await crew(tenant)
    rows_of: dict[int, dict[str, int]] = {}
    for error_cost in (1, 100_000):
        project = await begun(api, tenant, target_confidence=0.9999, cost_per_answer=2, error_cost=error_cost)
        await answer(api, project, people, [5, 6])
        rows_of[error_cost] = Counter(row["state"] for row in await task_rows(api.db, tenant.owner, project))
    assert rows_of[1] == {"done": N}
    assert rows_of[100_000]["open"] > N // 4, rows_of
