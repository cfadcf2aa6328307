"""What `ports.Instances` promises, on every store."""

from dataclasses import replace

import pytest

from authsim.errors import StoreConflictError
from authsim.model import Instance, InstanceId
from authsim.ports import Store
from tests.support.nouns import NOW_MS, new_hex


def portal() -> Instance:
    """Return a portal with an identity of its own."""
    return Instance(
        instance_id=InstanceId(new_hex()),
        profile="classic",
        suite="classic6",
        policy='{"challenge_seconds":180}',
        origin=None,
        created_ms=NOW_MS,
        is_demo=True,
    )


def test_an_empty_store_holds_no_portal(store: Store) -> None:
    """A store that was just made belongs to nobody, and has no address to keep."""
    assert store.instances.get() is None
    with pytest.raises(StoreConflictError):
        store.instances.set_origin("http://127.0.0.1:8765")


def test_a_portal_is_kept_as_it_was_made(store: Store) -> None:
    """What was written is read, value for value."""
    made = portal()

    store.instances.create(made)

    assert store.instances.get() == made


def test_a_store_holds_one_portal(store: Store) -> None:
    """A second portal is refused, and the first one stays."""
    made = portal()
    store.instances.create(made)

    with pytest.raises(StoreConflictError):
        store.instances.create(portal())

    assert store.instances.get() == made


def test_the_address_may_change(store: Store) -> None:
    """The newest origin is kept, and nothing else changes."""
    made = portal()
    store.instances.create(made)

    store.instances.set_origin("http://127.0.0.1:1")
    store.instances.set_origin("http://127.0.0.1:2")

    assert store.instances.get() == replace(made, origin="http://127.0.0.1:2")
