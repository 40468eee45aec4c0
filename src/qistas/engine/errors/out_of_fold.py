"""A quick model of labels from content, asked about each item only after learning from others.

Texts become TF-IDF weights of words, pairs of words and short runs of letters (which carry Arabic, whose words change
within, and every language without a list of its words); pictures become the numbers of `pixels`. Over these
goes a logistic regression. Needs scikit-learn (``pip install 'qistas[errors]'``), which is loaded when it is called.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float32 = NDArray[np.float32]
IntArray = NDArray[np.int64]

MOST_FITTED = 20_000
LEAST_OF_A_LABEL = 5
_WORDS, _LETTERS, _VECTOR = 20_000, 30_000, 96
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """``probabilities``: (n, n_labels), each row from a model that did not see the item; ``vectors``: (n, d) for comparing
    items; ``fitted``: (m,) the items that models learnt from; ``judged``: (n,) whether the item's label has enough items.
    """

    probabilities: Float32
    vectors: Float32
    fitted: IntArray
    judged: NDArray[np.bool_]


def out_of_fold(
    labels: ArrayLike,
    *,
    rng: np.random.Generator,
    texts: Sequence[str] | None = None,
    pixels: ArrayLike | None = None,
    folds: int = 5,
    most_fitted: int = MOST_FITTED,
    progress: Callable[[float], None] | None = None,
) -> OutOfFold:
    """Ask a quick model for the probabilities of every item's labels.

    ``labels``: (n,) codes, -1 for none; ``texts``: n texts; ``pixels``: (n, d) features, as by `pixel_features`; at least one of
    the two. Memory and time are bounded: at most ``most_fitted`` items are learnt from (drawn evenly from each label), 50,000
    text features are kept, and items beyond are only looked at in chunks. Items of a label with fewer than 5 take no
    part: their row is uniform and ``judged`` is false. ``progress`` is told the share done.

    Raises ``ValueError`` for neither texts nor pixels, for different lengths, and where fewer than two labels have items enough;
    ``ImportError`` without scikit-learn.
    """
    y = np.asarray(labels, dtype=np.int64).reshape(-1)
    n, k = len(y), int(y.max(initial=-1)) + 1
    dense = _content(texts, pixels, n)
    counts = np.bincount(y[y >= 0], minlength=max(k, 1))
    enough = counts >= LEAST_OF_A_LABEL
    if int(enough.sum()) < 2:
        raise ValueError(f"at least two labels with {LEAST_OF_A_LABEL} items each are needed")
    judged = (y >= 0) & enough[np.maximum(y, 0)]
    tell = progress or _silence
    fitted = _drawn(y, judged, min(most_fitted, max(2_000, 400_000 // k)), rng)
    fold = np.zeros(n, dtype=np.int64)
    for code in np.flatnonzero(
        enough
    ):  # dealt out in turn, so that every fold leaves some of every label to learn from
        rows = rng.permutation(np.flatnonzero(judged & (y == code)))
        inside = np.isin(rows, fitted)
        for part in (rows[inside], rows[~inside]):
            fold[part] = np.arange(len(part)) % folds

    table = _Features(texts, dense, fitted, rng)
    tell(0.2)
    learnt_from = table.rows(fitted)
    models: list[Any] = []
    for at in range(folds):
        kept = fold[fitted] != at
        models.append(_fit(learnt_from[kept], y[fitted][kept]))
        tell(0.2 + 0.6 * (at + 1) / folds)
    probabilities = np.full((n, k), 1.0 / max(k, 1), dtype=np.float32)
    vectors = np.zeros((n, table.width), dtype=np.float32)
    for low in range(0, n, _CHUNK):
        rows = np.arange(low, min(low + _CHUNK, n))
        matrix = table.rows(rows)
        vectors[rows] = table.compact(matrix)
        for at, model in enumerate(models):
            mine = judged[rows] & (fold[rows] == at)
            if bool(mine.any()):
                said = np.zeros((int(mine.sum()), k), dtype=np.float32)
                said[:, model.classes_] = model.predict_proba(matrix[mine])
                probabilities[rows[mine]] = said / said.sum(axis=1, keepdims=True)
        tell(0.8 + 0.2 * (rows[-1] + 1) / n)
    return OutOfFold(probabilities, vectors, fitted, judged)


@dataclass(frozen=True, slots=True)
class SetsOutOfFold:
    """``probabilities``: (n, n_labels) that an item has each label, from models that did not see the item; NaN for a label that is not
    judged. ``vectors``, ``fitted``: as in `OutOfFold`; ``judged``: (n_labels,) whether items enough have the label, and have it not.
    """

    probabilities: Float32
    vectors: Float32
    fitted: IntArray
    judged: NDArray[np.bool_]


def out_of_fold_sets(
    chosen: ArrayLike,
    *,
    rng: np.random.Generator,
    texts: Sequence[str] | None = None,
    pixels: ArrayLike | None = None,
    folds: int = 5,
    most_fitted: int = MOST_FITTED,
    progress: Callable[[float], None] | None = None,
) -> SetsOutOfFold:
    """`out_of_fold` for items that have any number of labels: one quick model a label, has it or has it not, over the same features.

    ``chosen``: (n, n_labels) booleans. The more labels, the fewer items are learnt from. A label that fewer than 5 items have, or all
    but fewer than 5, is not judged. Raises as `out_of_fold` does, and where no label is left to judge.
    """
    y = np.asarray(chosen, dtype=np.bool_)
    if y.ndim != 2:
        raise ValueError(f"the chosen labels must be items by labels, but have shape {y.shape}")
    n, k = y.shape
    dense = _content(texts, pixels, n)
    have = y.sum(axis=0)
    judged = (have >= LEAST_OF_A_LABEL) & (n - have >= LEAST_OF_A_LABEL)
    labels = np.flatnonzero(judged)
    if not len(labels):
        raise ValueError(
            f"at least one label is needed that {LEAST_OF_A_LABEL} items have and {LEAST_OF_A_LABEL} have not"
        )
    tell = progress or _silence
    fitted = _drawn_of_sets(y[:, labels], min(most_fitted, max(2_000, 400_000 // len(labels))), rng)
    fold = _folds_of_sets(y[:, labels], fitted, folds, rng)
    table = _Features(texts, dense, fitted, rng)
    tell(0.1)
    learnt_from = table.rows(fitted)
    models: list[list[Any]] = []
    for at in range(folds):
        kept = fold[fitted] != at
        matrix, given = learnt_from[kept], y[fitted][kept].astype(np.int64)
        models.append([])
        for place, label in enumerate(labels):
            both = given[:, label].any() and not given[:, label].all()
            models[-1].append(_fit(matrix, given[:, label]) if both else float(given[:, label].mean()))
            tell(0.1 + 0.75 * (at + (place + 1) / len(labels)) / folds)
    probabilities = np.full((n, k), np.nan, dtype=np.float32)
    vectors = np.zeros((n, table.width), dtype=np.float32)
    for low in range(0, n, _CHUNK):
        rows = np.arange(low, min(low + _CHUNK, n))
        matrix = table.rows(rows)
        vectors[rows] = table.compact(matrix)
        for at in range(folds):
            mine = fold[rows] == at
            if bool(mine.any()):
                for label, model in zip(labels, models[at], strict=True):
                    said = model if isinstance(model, float) else model.predict_proba(matrix[mine])[:, 1]
                    probabilities[rows[mine], label] = said
        tell(0.85 + 0.15 * (rows[-1] + 1) / n)
    return SetsOutOfFold(probabilities, vectors, fitted, judged)


def _drawn_of_sets(y: NDArray[np.bool_], most: int, rng: np.random.Generator) -> IntArray:
    """Up to `most` of the items, drawn evenly, and of no label fewer than it takes."""
    if len(y) <= most:
        return np.arange(len(y))
    parts = [rng.choice(len(y), most, replace=False)]
    for label in range(y.shape[1]):
        have = np.flatnonzero(y[:, label])
        parts.append(rng.choice(have, min(len(have), 20), replace=False))
    return np.unique(np.concatenate(parts))


def _folds_of_sets(y: NDArray[np.bool_], fitted: IntArray, folds: int, rng: np.random.Generator) -> IntArray:
    """Items are dealt out in turn, those of the rarest label first, so that every fold leaves some of every label to learn from
    (K. Sechidis, G. Tsoumakas & I. Vlahavas, "On the Stratification of Multi-Label Data", ECML PKDD 2011).
    """
    fold = np.full(len(y), -1, dtype=np.int64)
    inside = np.zeros(len(y), dtype=np.bool_)
    inside[fitted] = True
    turn = 0
    for having in (*y[:, np.argsort(y.sum(axis=0), kind="stable")].T, np.ones(len(y), dtype=np.bool_)):
        left = rng.permutation(np.flatnonzero(having & (fold < 0)))
        for part in (left[inside[left]], left[~inside[left]]):
            fold[part] = (turn + np.arange(len(part))) % folds
            turn += len(part)
    return fold


def _silence(share: float) -> None:
    return None


def _content(texts: Sequence[str] | None, pixels: ArrayLike | None, n: int) -> Float32 | None:
    """The pixels as an array, where there are any; ``ValueError`` for no content, or not as much as there are items."""
    dense = None if pixels is None else np.asarray(pixels, dtype=np.float32)
    if texts is None and dense is None:
        raise ValueError("give texts, pixels or both")
    if (texts is not None and len(texts) != n) or (dense is not None and len(dense) != n):
        raise ValueError(f"texts and pixels must have one entry for each of {n} items")
    return dense


def _drawn(y: IntArray, judged: NDArray[np.bool_], most: int, rng: np.random.Generator) -> IntArray:
    """Up to `most` of the judged items: all labels in their shares, and of none fewer than it takes."""
    rows = np.flatnonzero(judged)
    if len(rows) <= most:
        return rows
    share = most / len(rows)
    parts: list[IntArray] = []
    for code in np.unique(y[rows]):
        of = rows[y[rows] == code]
        parts.append(rng.choice(of, min(len(of), max(round(share * len(of)), 20)), replace=False))
    return np.sort(np.concatenate(parts))


class _Features:
    """Texts and pixels as one table, a chunk at a time; its columns are settled by the items that are learnt from."""

    def __init__(
        self, texts: Sequence[str] | None, dense: Float32 | None, fitted: IntArray, rng: np.random.Generator
    ) -> None:
        self._texts, self._dense = texts, dense
        self._words: list[Any] = []
        self._shift = self._scale = np.zeros(0, dtype=np.float32)
        self._svd: Any = None
        self.width = 0
        if texts is not None:
            self._learn_words(_at(texts, fitted), rng)
        if dense is not None:
            self._shift = dense[fitted].mean(axis=0)
            self._scale = 1.0 / (dense[fitted].std(axis=0) + 0.05) / np.sqrt(dense.shape[1])
            self.width += dense.shape[1]

    def _learn_words(self, texts: list[str], rng: np.random.Generator) -> None:
        try:
            from sklearn.decomposition import TruncatedSVD
            from sklearn.feature_extraction.text import TfidfVectorizer
        except ImportError as missing:
            raise ImportError(
                "finding label errors needs scikit-learn: pip install 'qistas[errors]'"
            ) from missing
        least = 2 if len(texts) >= 100 else 1
        common: dict[str, Any] = {"sublinear_tf": True, "min_df": least, "dtype": np.float32}
        kinds: tuple[dict[str, Any], ...] = (
            {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\w+", "max_features": _WORDS},
            {"analyzer": "char_wb", "ngram_range": (2, 4), "max_features": _LETTERS},
        )
        for settings in kinds:
            one = TfidfVectorizer(**common, **settings)
            try:
                one.fit(texts)
            except ValueError:  # nothing in the texts that it counts
                continue
            self._words.append(one)
        if not self._words:
            return
        matrix = self._weights(texts)
        size = min(_VECTOR, matrix.shape[0] - 1, matrix.shape[1] - 1)
        if size >= 2:
            self._svd = TruncatedSVD(size, n_iter=2, random_state=int(rng.integers(2**31))).fit(matrix)
            self.width = size

    def _weights(self, texts: list[str]) -> Any:
        from scipy.sparse import hstack

        return hstack([one.transform(texts) for one in self._words], format="csr", dtype=np.float32)

    def rows(self, rows: IntArray) -> Any:
        """The features of some items: sparse where there are texts."""
        dense = None if self._dense is None else (self._dense[rows] - self._shift) * self._scale
        if self._texts is None or not self._words:
            return dense if dense is not None else np.zeros((len(rows), 1), dtype=np.float32)
        weights = self._weights(_at(self._texts, rows))
        if dense is None:
            return weights
        from scipy.sparse import csr_matrix, hstack

        return hstack([weights, csr_matrix(dense)], format="csr", dtype=np.float32)

    def compact(self, matrix: Any) -> Float32:
        """The same items as short vectors for comparing them: texts in few dimensions, pixels as they are."""
        inner = 0 if self._dense is None else self._dense.shape[1]
        parts: list[Float32] = []
        if self._svd is not None:
            parts.append(self._svd.transform(matrix[:, : matrix.shape[1] - inner] if inner else matrix))
        if inner:
            pixels = matrix[:, matrix.shape[1] - inner :]
            parts.append(pixels if isinstance(pixels, np.ndarray) else pixels.toarray())
        if not parts:
            return np.zeros((matrix.shape[0], 0), dtype=np.float32)
        return np.concatenate(parts, axis=1).astype(np.float32)


def _at(texts: Sequence[str], rows: IntArray) -> list[str]:
    chosen: list[int] = rows.tolist()
    return [texts[row] for row in chosen]


def _fit(matrix: Any, y: IntArray) -> Any:
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
    except ImportError as missing:
        raise ImportError(
            "finding label errors needs scikit-learn: pip install 'qistas[errors]'"
        ) from missing
    model = LogisticRegression(C=4.0, max_iter=60, tol=1e-3)
    with warnings.catch_warnings():  # a quick model need not be at its end
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, y)
    return model
