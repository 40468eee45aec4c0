"""The engine: many answers in, one answer with honest doubt out.

Pure functions over arrays: nothing here reads a file, a clock or a global random state, and no argument is
ever changed. It needs numpy; numba makes it fast when it is there and changes no result when it is not.

>>> from qistas.engine import Responses, truth
>>> answers = Responses.from_arrays(item=[0, 0, 0, 1], annotator=[0, 1, 2, 0], label=[1, 1, 0, 0])
>>> truth.majority(answers).label.tolist()
[1, 0]
"""

from qistas.engine.responses import Names, NumericResponses, Responses

__all__ = ["Names", "NumericResponses", "Responses"]
