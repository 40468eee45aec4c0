"""Quality: consensus, agreement, review, adjudication, gold."""

from uuid import UUID

from fastapi import APIRouter, Query

from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.quality import (
    AdjudicationAsked,
    AnnotatorInFull,
    ConsensusListed,
    ConsensusPage,
    ConsensusSent,
    FitAsked,
    FlagResolved,
    GoldAsked,
    GoldPage,
    GoldSent,
    HistorySent,
    Made,
    QualitySent,
    ReviewAnnotation,
    ReviewAsked,
    ReviewClaimAsked,
    ReviewItem,
    ReviewOffered,
)
from qistas.core.ids import ProjectId
from qistas.quality import (
    adjudicate_item,
    annotator_report,
    claim_review,
    item_history,
    list_consensus,
    list_gold,
    plant_gold,
    quality_report,
    remove_gold,
    request_fit,
    resolve_flag,
    resume_annotator,
    review_annotation,
)
from qistas.workforce.resolve import forget

router = APIRouter(prefix="/projects/{project_id}", tags=["quality"])


@router.get("/quality", summary="Agreement, doubt, skills", response_model=QualitySent)
async def quality(parts: PartsDep, who: Actor, project_id: UUID) -> QualitySent:
    """Each question's agreement, method, labels and doubt; each annotator's skill and gold."""
    async with parts.db.tenant_tx(who) as tx:
        return QualitySent.model_validate(await quality_report(tx, ProjectId(project_id)))


@router.get(
    "/quality/annotators/{annotator_id}",
    summary="One annotator, label by label",
    response_model=AnnotatorInFull,
)
async def quality_annotator(
    parts: PartsDep, who: Actor, project_id: UUID, annotator_id: UUID
) -> AnnotatorInFull:
    """Skill on each label with intervals, gold, and every flag with what was decided."""
    async with parts.db.tenant_tx(who) as tx:
        return AnnotatorInFull.model_validate(await annotator_report(tx, ProjectId(project_id), annotator_id))


@router.post("/quality/flags/{flag_id}", summary="Decide on a flag", status_code=204)
async def decide_flag(
    parts: PartsDep, who: Actor, project_id: UUID, flag_id: UUID, asked: FlagResolved
) -> None:
    """Keep, pause or dismiss: nothing happens to an annotator unless a person says so."""
    async with parts.db.tenant_tx(who) as tx:
        await resolve_flag(tx, ProjectId(project_id), flag_id, asked.decision, asked.note)
    forget(parts.db)


@router.delete("/quality/pauses/{annotator_id}", summary="Let a paused annotator go on", status_code=204)
async def resume(parts: PartsDep, who: Actor, project_id: UUID, annotator_id: UUID) -> None:
    """They get tasks of this project again."""
    async with parts.db.tenant_tx(who) as tx:
        await resume_annotator(tx, ProjectId(project_id), annotator_id)
    forget(parts.db)


@router.get("/quality/items", summary="Inferred answers, most doubtful first", response_model=ConsensusPage)
async def quality_items(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    question: str = Query(max_length=64),
    min_doubt: float = Query(0, ge=0, le=1),
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> ConsensusPage:
    """The answer of each item to one question: as inferred, or as an expert has settled it; those come last."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_consensus(
            tx, ProjectId(project_id), question, min_doubt=min_doubt, limit=limit, after=after
        )
    rows = [
        ConsensusListed(
            **ConsensusSent.model_validate(row.consensus).model_dump(),
            external_id=row.external_id,
            preview=row.preview,
        )
        for row in page.rows
    ]
    return ConsensusPage(rows=rows, next=page.next)


@router.get("/quality/items/{item_id}", summary="Everything said about one item", response_model=HistorySent)
async def quality_item(parts: PartsDep, who: Actor, project_id: UUID, item_id: UUID) -> HistorySent:
    """All revisions, reviews and decisions, and what was inferred."""
    async with parts.db.tenant_tx(who) as tx:
        return HistorySent.model_validate(await item_history(tx, ProjectId(project_id), item_id))


@router.post("/quality/consensus", summary="Infer everything anew", status_code=202)
async def infer(parts: PartsDep, who: Actor, project_id: UUID, asked: FitAsked) -> None:
    """Set a full run going; `computed_at` of the quality page tells when it is done."""
    async with parts.db.tenant_tx(who) as tx:
        await request_fit(tx, ProjectId(project_id), asked.method)


@router.post("/reviews/claim", summary="The next item to review", response_model=ReviewOffered)
async def next_review(
    parts: PartsDep, who: Actor, project_id: UUID, asked: ReviewClaimAsked
) -> ReviewOffered:
    """The most doubtful item no expert has seen as it stands, kept for me for half an hour."""
    async with parts.db.tenant_tx(who) as tx:
        offer = await claim_review(tx, ProjectId(project_id), asked.passed)
    if offer is None:
        return ReviewOffered()
    return ReviewOffered(
        item=ReviewItem(id=offer.item_id, data=offer.data, external_id=offer.external_id),
        ontology_version=offer.ontology_version,
        annotations=[ReviewAnnotation(**a) for a in offer.annotations],
        consensus=[ConsensusSent.model_validate(c) for c in offer.consensus],
        expires_at=offer.expires_at,
    )


@router.post(
    "/reviews", summary="Accept, correct or return an annotation", response_model=Made, status_code=201
)
async def review(parts: PartsDep, who: Actor, project_id: UUID, asked: ReviewAsked) -> Made:
    """Keep a verdict."""
    async with parts.db.tenant_tx(who) as tx:
        made = await review_annotation(
            tx,
            ProjectId(project_id),
            asked.annotation_id,
            asked.verdict,
            answer=asked.answer,
            reason=asked.reason,
        )
    return Made(id=made)


@router.post("/adjudications", summary="Settle an item", response_model=Made, status_code=201)
async def adjudicate(parts: PartsDep, who: Actor, project_id: UUID, asked: AdjudicationAsked) -> Made:
    """An expert's answer outranks consensus and never erases it."""
    async with parts.db.tenant_tx(who) as tx:
        return Made(
            id=await adjudicate_item(tx, ProjectId(project_id), asked.item_id, asked.answer, asked.reason)
        )


@router.get("/gold", summary="Planted items", response_model=GoldPage)
async def gold(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> GoldPage:
    """Each with how often it was met, and how well."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_gold(tx, ProjectId(project_id), limit=limit, after=after)
    return GoldPage(rows=[GoldSent.model_validate(row) for row in page.rows], next=page.next)


@router.post("/gold", summary="Plant a gold item", response_model=Made, status_code=201)
async def plant(parts: PartsDep, who: Actor, project_id: UUID, asked: GoldAsked) -> Made:
    """Give an item its right answer and put it, unseen, among the work."""
    async with parts.db.tenant_tx(who) as tx:
        return Made(id=await plant_gold(tx, ProjectId(project_id), asked.item_id, asked.answer))


@router.delete("/gold/{gold_id}", summary="Stop using a gold item", status_code=204)
async def unplant(parts: PartsDep, who: Actor, project_id: UUID, gold_id: UUID) -> None:
    """The item becomes work again; scores given stay."""
    async with parts.db.tenant_tx(who) as tx:
        await remove_gold(tx, ProjectId(project_id), gold_id)
