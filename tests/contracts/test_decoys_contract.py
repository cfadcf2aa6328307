"""What `ports.Decoys` promises, on every store."""

from dataclasses import replace

import pytest

from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Decoy, DecoyId
from authsim.ports import Store
from tests.support import nouns
from tests.support.factor_nouns import decoy
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, event, read_all


@pytest.fixture
def begun(store: Store) -> Decoy:
    """An open decoy with three tries."""
    kept = decoy()
    store.decoys.begin(kept, events=[event(EventKind.DECOY_ISSUED), event(EventKind.LOGIN_STARTED)])
    return kept


def count(store: Store, of: Decoy, *, now_ms: int = NOW_MS) -> Decoy:
    """Count a try."""
    return store.decoys.count(of.decoy_id, now_ms=now_ms, event=event(EventKind.DECOY_COUNTED))


def renew(store: Store, of: Decoy) -> Decoy:
    """Draw anew."""
    return store.decoys.renew(of.decoy_id, number="1", request_id="2", expires_ms=SOON_MS + 1, event=event())


def test_a_decoy_is_found_by_its_token(store: Store, begun: Decoy) -> None:
    """All its values come back, and what was recorded with it is there."""
    assert store.decoys.find(begun.token_hash) == begun
    assert store.decoys.find(bytes(32)) is None
    assert read_all(store) == [EventKind.DECOY_ISSUED, EventKind.LOGIN_STARTED]


@pytest.mark.parametrize("taken", ["decoy_id", "token_hash"])
def test_a_taken_name_is_refused(store: Store, begun: Decoy, taken: str) -> None:
    """Neither id nor token is given twice."""
    with pytest.raises(StoreConflictError):
        store.decoys.begin(decoy(**{taken: getattr(begun, taken)}), events=[event()])


def test_the_last_try_closes_it(store: Store, begun: Decoy) -> None:
    """Each try is counted and told; with the last the decoy is closed, and takes neither another nor a renewal."""
    assert count(store, begun) == replace(begun, attempts=1)
    assert count(store, begun) == replace(begun, attempts=2)
    last = count(store, begun)

    assert last == store.decoys.find(begun.token_hash) == replace(begun, attempts=3, is_open=False)
    assert read_all(store)[-3:] == [EventKind.DECOY_COUNTED] * 3
    for deed in (count, renew):
        with pytest.raises(StoreConflictError):
            deed(store, begun)


def test_late_and_unknown_tries_are_refused(store: Store, begun: Decoy) -> None:
    """At its expiry a decoy takes no try any more; one that nobody began takes nothing."""
    with pytest.raises(StoreConflictError):
        count(store, begun, now_ms=begun.expires_ms)
    for deed in (count, renew):
        with pytest.raises(StoreConflictError):
            deed(store, replace(begun, decoy_id=DecoyId(nouns.new_hex())))
    assert store.decoys.find(begun.token_hash) == begun


def test_a_decoy_is_renewed(store: Store, begun: Decoy) -> None:
    """Number, request and expiry are drawn anew; the tries stay."""
    counted = count(store, begun, now_ms=LATER_MS)

    renewed = renew(store, begun)

    assert renewed == replace(counted, number="1", request_id="2", expires_ms=SOON_MS + 1)
    assert store.decoys.find(begun.token_hash) == renewed
