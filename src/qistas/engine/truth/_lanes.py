# pyright: basic
"""Short runs of numbers held in the processor's registers, which compiled loops of numba have no type for.

A loop over a few classes inside a loop over answers spends more on counting to five than on the five products. Held as
vectors, the classes of an answer are loaded, multiplied and added by an instruction or two. Nothing is reordered: every
lane is a class, and `total` adds the lanes from the first to the last.

For compiled code alone; ``at`` counts along an array without gaps, however many dimensions it has. Compiled code that is
kept on disk does not notice a change here: touch the file that uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model
from numba.np.arrayobj import make_array

WIDEST = 8


class Lanes(types.Type):
    """So many float64, side by side: in vectors of 8, 4, 2 and 1, which every processor can load as they are."""

    def __init__(self, count: int) -> None:
        self.sizes = [WIDEST] * (count // WIDEST) + [size for size in (4, 2, 1) if count & size]
        self.form = ir.LiteralStructType([ir.VectorType(ir.DoubleType(), size) for size in self.sizes])
        super().__init__(f"Lanes({count})")


@register_model(Lanes)
class _InRegisters(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, fe_type.form)


def _compiled(operation: Callable[..., Any]) -> Any:
    return intrinsic(prefer_literal=True)(operation)


@_compiled
def load(typing: Any, array: Any, at: Any, count: Any) -> Any:
    """``count`` (a constant) numbers of an array of float64."""
    lanes = Lanes(count.literal_value)

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        goals = _places(context, builder, lanes, ir.DoubleType(), array, *given[:2])
        return _joined(builder, lanes, lambda p: builder.load(goals[p], align=8))

    return lanes(array, at, count), code


@_compiled
def add_to(typing: Any, array: Any, at: Any, lanes: Any) -> Any:
    """Add to an array of float64."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        for p, goal in enumerate(_places(context, builder, lanes, ir.DoubleType(), array, *given[:2])):
            summed = builder.fadd(builder.load(goal, align=8), builder.extract_value(given[2], p))
            builder.store(summed, goal, align=8)
        return context.get_dummy_value()

    return types.none(array, at, lanes), code


@_compiled
def keep(typing: Any, array: Any, at: Any, lanes: Any) -> Any:
    """Write to an array of float32."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        for p, goal in enumerate(_places(context, builder, lanes, ir.FloatType(), array, *given[:2])):
            short = ir.VectorType(ir.FloatType(), lanes.sizes[p])
            builder.store(builder.fptrunc(builder.extract_value(given[2], p), short), goal, align=4)
        return context.get_dummy_value()

    return types.none(array, at, lanes), code


@_compiled
def times(typing: Any, one: Any, other: Any) -> Any:
    """Lane by lane."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return _joined(builder, one, lambda p: builder.fmul(*(builder.extract_value(v, p) for v in given)))

    return one(one, other), code


@_compiled
def plus(typing: Any, one: Any, other: Any) -> Any:
    """Lane by lane."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return _joined(builder, one, lambda p: builder.fadd(*(builder.extract_value(v, p) for v in given)))

    return one(one, other), code


@_compiled
def scaled(typing: Any, lanes: Any, by: Any) -> Any:
    """Every lane times one float64."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        def product(p: int) -> Any:
            spread = ir.Constant(lanes.form.elements[p], ir.Undefined)
            for k in range(lanes.sizes[p]):
                spread = builder.insert_element(spread, given[1], ir.Constant(ir.IntType(32), k))
            return builder.fmul(builder.extract_value(given[0], p), spread)

        return _joined(builder, lanes, product)

    return lanes(lanes, types.float64), code


@_compiled
def total(typing: Any, lanes: Any) -> Any:
    """The sum of the lanes."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        every = [
            builder.extract_element(builder.extract_value(given[0], p), ir.Constant(ir.IntType(32), k))
            for p, size in enumerate(lanes.sizes)
            for k in range(size)
        ]
        summed = every[0]
        for number in every[1:]:
            summed = builder.fadd(summed, number)
        return summed

    return types.float64(lanes), code


def _joined(builder: Any, lanes: Lanes, vector: Callable[[int], Any]) -> Any:
    whole = ir.Constant(lanes.form, ir.Undefined)
    for p in range(len(lanes.sizes)):
        whole = builder.insert_value(whole, vector(p), p)
    return whole


def _places(
    context: Any, builder: Any, lanes: Lanes, number: Any, array: Any, held: Any, at: Any
) -> list[Any]:
    """Where in the array each vector of lanes lies that begins ``at`` a number."""
    data = make_array(array)(context, builder, held).data
    found, before = [], 0
    for size in lanes.sizes:
        here = cgutils.gep_inbounds(builder, data, builder.add(at, ir.Constant(at.type, before)))
        found.append(builder.bitcast(here, ir.VectorType(number, size).as_pointer()))
        before += size
    return found
