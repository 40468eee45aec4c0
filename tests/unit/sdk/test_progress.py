import io

from qistas.sdk import Progress
from qistas.sdk.progress import Bar, listener_of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_a_terminal_alone() -> None:
    file, terminal = io.StringIO(), Terminal()
    for out in (file, terminal):
        bar = Bar(out, width=10)
        bar(Progress("sending", 0, 2_000_000))
        bar(Progress("sending", 2_000_000, 2_000_000))
        bar(Progress("reading", 1234, None, "rows"))
    assert file.getvalue() == ""
    assert "sending: ━━━━━━━━━━ 2.0 MB of 2.0 MB" in terminal.getvalue()
    assert "reading: 1,234 rows" in terminal.getvalue()


def test_who_listens() -> None:
    heard: list[Progress] = []
    listener_of(heard.append)(Progress("x", 1, None))
    listener_of(None)(Progress("y", 1, None))
    listener_of(False)(Progress("z", 1, None))
    assert [p.what for p in heard] == ["x"]
    assert isinstance(listener_of(True), Bar)
