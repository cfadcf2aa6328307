from authsim.evidence import Bar, read_har, sanitise, waterfall
from tests.support.ports import CountedEntropy
from tests.support.recordings import make_login, write


def test_bars_are_in_the_order_of_their_beginning() -> None:
    """A file may tell its requests in any order, in any time zone; what is not known takes no time."""
    file = make_login()
    first, second, *_ = file["log"]["entries"]
    first["startedDateTime"], second["startedDateTime"] = "2026-03-04T07:00:00.250+01:00", "2026-03-04T06:00:00Z"
    second["timings"] = {"send": -1, "wait": 2, "connect": 1}
    file["log"]["entries"] = [first, second]

    bars = waterfall(sanitise(read_har(write(file)), entropy=CountedEntropy()))

    assert [(bar.number, bar.status, bar.start_ms) for bar in bars] == [(1, 200, 0.0), (2, 303, 250.0)]
    assert (bars[0].send_ms, bars[0].wait_ms, bars[0].receive_ms, bars[0].connect_ms, bars[0].dns_ms) == (0, 2, 0, 1, 0)
    assert isinstance(bars[0], Bar)
    assert (bars[0].media_type, bars[0].size, bars[0].total_ms) == ("text/html; charset=utf-8", 101, 42.5)


def test_an_instant_that_cannot_be_read_is_the_beginning() -> None:
    """Importers and the waterfall get an instant, whatever stood there; one that no calendar has is none."""
    file = make_login()
    for entry, text in zip(
        file["log"]["entries"], ["CANARY", "2026-13-45T99:99:99Z", None, 7, "2026-02-30T00:00:00Z", ""], strict=True
    ):
        entry["startedDateTime"] = text

    assert {bar.start_ms for bar in waterfall(sanitise(read_har(write(file)), entropy=CountedEntropy()))} == {0.0}


def test_a_file_without_requests_has_no_bars() -> None:
    """Nothing was asked, nothing is shown."""
    assert waterfall(sanitise(read_har(b'{"log":{"entries":[]}}'), entropy=CountedEntropy())) == ()


def test_one_instant_that_cannot_be_read_moves_no_other_bar() -> None:
    """The bars of the others stand where they stood; this one stands at the beginning."""
    file = make_login()
    file["log"]["entries"][3]["startedDateTime"] = "CANARY"

    bars = waterfall(sanitise(read_har(write(file)), entropy=CountedEntropy()))

    assert [bar.start_ms for bar in bars] == [0, 0, 1_000, 2_000, 4_000, 5_000]
