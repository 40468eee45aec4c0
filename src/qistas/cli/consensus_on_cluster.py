"""`qistas consensus --engine ray`: a full run on a cluster, started beside the server that owns the database."""

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from qistas.core.errors import Fault, Forbidden, Invalid

from .reaching import client_of, table, tell_json

if TYPE_CHECKING:
    from qistas.core.ids import ProjectId, TenantId
    from qistas.quality.fit_on_cluster import ClusterRun


def run_on_cluster(chosen: argparse.Namespace) -> None:
    """Ask the server who we are and whether we may; then read, fit and store."""
    from qistas.connectors.cluster import open_ray

    if chosen.shards < 1:
        raise Invalid(
            "There must be at least one shard.", [Fault("--shards", str(chosen.shards), "Give 1 or more.")]
        )
    with client_of(chosen) as client:
        me, project = client.me(), client.project(chosen.project)
    if "quality.run" not in me.permissions:
        raise Forbidden("Your role does not allow this (quality.run). Ask an owner or manager.")
    with open_ray(chosen.engine) as ray:
        done = asyncio.run(_fit(chosen, me.tenant.id, project.id, ray))
    rows: list[dict[str, Any]] = [
        {
            "question": name,
            "method": fit.method,
            "items": fit.items,
            "answers": fit.answers,
            "iterations": fit.iterations,
            "converged": fit.converged,
            "seconds": round(fit.seconds, 3),
            "travelled": fit.travelled,
        }
        for name, fit in done.fitted.items()
    ]
    if chosen.json:
        tell_json({"questions": rows, "left": list(done.left), "seconds": round(done.seconds, 3)})
        return
    table(
        ["question", "method", "items", "answers", "iterations", "converged", "seconds", "sent, MB"],
        [
            (
                *list(row.values())[:5],
                "yes" if row["converged"] else "no",
                row["seconds"],
                f"{row['travelled'] / 1e6:,.2f}",
            )
            for row in rows
        ],
    )
    if done.left:
        print(
            f"Left to the server's own run, for they are not answered by one label: {', '.join(done.left)}."
        )


async def _fit(
    chosen: argparse.Namespace, tenant: "TenantId", project: "ProjectId", ray: Any
) -> "ClusterRun":
    from qistas.connectors.cluster import RayShards
    from qistas.db import Database
    from qistas.jobs import JobContext
    from qistas.quality.fit_on_cluster import fit_on_cluster
    from qistas.settings import load_settings, open_database

    settings = load_settings(chosen.data_dir)
    async with Database(open_database(settings), size=4) as db:
        who = JobContext(db, settings.blobs).principal(tenant, "quality.fit_on_cluster")

        def held(count: int) -> RayShards:
            return RayShards(ray, count)

        return await fit_on_cluster(db, who, project, held, method=chosen.method, shards=chosen.shards)
