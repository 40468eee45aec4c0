"""The process that works out which labels are likely wrong. It has numbers to do and no door to anything.

    python -m qistas.quality.errors_process

Apart, so that minutes of arithmetic do not slow the worker's other jobs, so that its memory goes when it ends, and so that
a picture made to harm can at most end it. Over standard input come messages (8 bytes of length, then a pickle, from our own
worker): `("picture", bytes or None)` for each item where there are pictures, then `("work", …)`: labels (of sets: a row of booleans an item),
posterior, texts. Over standard output go `("share", done)`, then `("found", Suspects or SuspectSets)` or `("refused", why)`.
"""

import io
import os
import pickle
import struct
import sys
from typing import Any, BinaryIO

LENGTH = struct.Struct("<Q")
NICE = 10


def pack(message: Any) -> bytes:
    """One message as it goes over a pipe."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def unpack(body: bytes) -> Any:
    """The message in a body that our own process wrote."""
    return pickle.loads(body)  # noqa: S301 (both ends are ours)


def _read(source: BinaryIO) -> Any:
    (length,) = LENGTH.unpack(source.read(LENGTH.size))
    return unpack(source.read(length))


def shrink(picture: bytes | None) -> bytes:
    """A picture as 32 × 32 pixels in colour; grey where there is none or it cannot be opened."""
    from PIL import Image

    from qistas.engine.errors.pixels import SIDE

    try:
        if picture:
            with Image.open(io.BytesIO(picture)) as image:
                image.draft("RGB", (SIDE * 4, SIDE * 4))
                return image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
    except (OSError, ValueError, Image.DecompressionBombError):
        pass
    return bytes([128]) * (SIDE * SIDE * 3)


def judge(work: dict[str, Any], small: list[bytes], tell: Any) -> Any:
    """Find the suspects. Pure but for the time it takes."""
    import numpy as np

    from qistas.engine.errors import pixel_features, suspect_by_content, suspect_sets_by_content
    from qistas.engine.errors.pixels import SIDE

    pixels = None
    if small:
        shape = (len(small), SIDE, SIDE, 3)
        pixels = pixel_features(np.frombuffer(b"".join(small), dtype=np.uint8).reshape(shape))
    content: dict[str, Any] = {
        "texts": work["texts"],
        "pixels": pixels,
        "rng": np.random.default_rng(0),
        "progress": tell,
    }
    if work["sets"]:
        shape = (-1, work["sets"])
        chosen = np.frombuffer(work["labels"], dtype=np.bool_).reshape(shape)
        chance = np.frombuffer(work["posterior"], dtype=np.float32).reshape(shape)
        return suspect_sets_by_content(chosen, posterior=chance, **content)
    return suspect_by_content(work["labels"], posterior=work["posterior"], **content)


def main() -> None:
    """Read, judge, answer."""
    os.nice(NICE)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the messages

    def send(kind: str, what: Any) -> None:
        out.write(pack((kind, what)))
        out.flush()

    small: list[bytes] = []
    kind, what = _read(sys.stdin.buffer)
    while kind == "picture":
        small.append(shrink(what))
        kind, what = _read(sys.stdin.buffer)
    try:
        send("found", judge(what, small, lambda share: send("share", share)))
    except (ValueError, ImportError) as error:
        send("refused", str(error))


if __name__ == "__main__":
    main()
