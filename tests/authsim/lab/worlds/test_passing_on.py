"""Each port of a lab passes on what no fault is about: no method is forgotten, none is called otherwise."""

import inspect
from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from authsim import ports
from authsim.lab.worlds import surround
from authsim.lab.worlds.store import FaultyStore
from authsim.verifier import Verifier
from tests.support.device import TestPhone
from tests.support.lab import LabTown, memory_lab, told
from tests.support.people import Person
from tests.support.ports import make_verifier


def methods_of(protocol: type) -> dict[str, inspect.Signature]:
    """Return the methods that a port promises, with how each is called."""
    return {
        name: inspect.signature(value)
        for name, value in vars(protocol).items()
        if inspect.isfunction(value) and name[0] != "_"
    }


def called_with(signature: inspect.Signature) -> list[tuple[str, Any, Any]]:
    """Return the parameters but `self`: their names, kinds and defaults."""
    return [(one.name, one.kind, one.default) for one in signature.parameters.values() if one.name != "self"]


PORTS = {field.name: get_type_hints(FaultyStore)[field.name] for field in fields(FaultyStore)}


def test_the_store_has_every_port() -> None:
    """A port that is added to the store has its place in the lab's."""
    named = {name for name, value in vars(ports.Store).items() if isinstance(value, property)}
    assert set(PORTS) == named


@pytest.fixture
def portal() -> Verifier:
    """A portal in memory, in a lab."""
    plain = make_verifier()
    return surround(plain, memory_lab(plain))


@pytest.mark.parametrize("name", sorted(PORTS))
def test_no_method_is_forgotten(portal: Verifier, name: str) -> None:
    """What a port promises, the lab's port keeps: the same methods, called the same way."""
    decorated = getattr(portal.store, name)
    promised = methods_of(PORTS[name])
    assert promised
    for method, signature in promised.items():
        assert called_with(inspect.signature(getattr(decorated, method))) == called_with(signature), method


@pytest.mark.parametrize(("attribute", "protocol"), [("passwords", ports.Passwords), ("bus", ports.Bus)])
def test_no_other_method_is_forgotten(portal: Verifier, attribute: str, protocol: type) -> None:
    """The same holds for the ports that are no store."""
    decorated = getattr(portal, attribute)
    for method, signature in methods_of(protocol).items():
        assert called_with(inspect.signature(getattr(decorated, method))) == called_with(signature), method


def test_a_portal_in_a_lab_without_faults_is_a_portal(town: LabTown, alice: Person, phone: TestPhone) -> None:
    """Without a fault every way of logging in goes as ever, and the lab keeps and tells nothing."""
    alice.logs_in(with_=phone)
    alice.logs_in_by_push(with_=phone)
    alice.fails_password()
    other = town.sells_phone()
    alice.adds_herself(other)
    alice.logs_in(with_=other)
    assert told(town.lab) == []
    assert town.shelf.documents == {}
