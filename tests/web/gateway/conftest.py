"""A gateway in this process, alice with an active phone, and a program that holds nothing."""

from collections.abc import Callable

import pytest

from tests.support.device import TestPhone
from tests.support.gateway import Gateway, Program, as_gateway
from tests.support.site import Site
from web.settings import GatewaySettings


@pytest.fixture
def opens_gateway(opens_site: Callable[..., Site]) -> Callable[..., Gateway]:
    """A way to open gateways with other settings of their portals."""

    def opens(gateway: GatewaySettings | None = None, **settings: object) -> Gateway:
        return as_gateway(opens_site(**settings), gateway or GatewaySettings())

    return opens


@pytest.fixture
def gateway(opens_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway of the classic profile at which nobody ever logged in."""
    return opens_gateway()


@pytest.fixture
def program(gateway: Gateway) -> Program:
    """A program at that gateway."""
    return gateway.program


@pytest.fixture
def alice(gateway: Gateway) -> TestPhone:
    """The active phone of alice, who has not logged in."""
    return gateway.adds("alice")[1]
