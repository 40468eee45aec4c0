from collections.abc import Iterator

from qistas.core import errors
from qistas.core.errors import Category, Fault, QistasError


def every(root: type[QistasError]) -> Iterator[type[QistasError]]:
    yield root
    for child in root.__subclasses__():
        yield from every(child)


def test_each_error_has_a_code_of_its_own_and_its_parents_category() -> None:
    kinds = [kind for kind in every(QistasError) if kind.__module__ == errors.__name__]
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))
    assert all(code == code.lower() and " " not in code for code in codes)
    for kind in kinds[1:]:
        parent = kind.__mro__[1]
        if parent is not QistasError:
            assert kind.category is parent.category  # pyright: ignore[reportAttributeAccessIssue]
    assert {kind.category for kind in kinds} == set(Category)


def test_an_error_reads_as_a_sentence_with_places() -> None:
    error = errors.FileInvalid(
        "The file cannot be read.", [Fault("line 3", "is not JSON.", "Remove it."), Fault("line 9", "ends.")]
    )
    assert str(error) == "The file cannot be read.\n  line 3: is not JSON. Remove it.\n  line 9: ends."
    assert str(errors.Missing()).startswith("There is nothing here")
