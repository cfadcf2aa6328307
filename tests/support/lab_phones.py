"""Virtual phones of a site in a lab: made, activated, refused, and what the story says that they did."""

from typing import Any

from tests.support.lab_site import LabSite


def makes(living: LabSite, **members: object) -> str:
    """Make a phone; return its id."""
    return str(living.does("POST", "/phones", members)["phones"][0]["id"])


def activates(living: LabSite, user: str = "alice", **members: object) -> str:
    """A user, and a phone that answers for it."""
    if living.site.verifier.store.users.find(user) is None:
        living.site.adds(user)
    phone = makes(living, **members)
    living.does("POST", f"/phones/{phone}/activate", {"user": user})
    return phone


def refusal(living: LabSite, path: str, members: object = None, *, method: str = "POST") -> tuple[int, Any]:
    """Status and reason (or detail) of a request that is declined."""
    answer = living.asks(method, path, members)
    told = answer.get_json(force=True)
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, told.get("reason", told["detail"])


def phone_lines(living: LabSite) -> list[tuple[str, str | None, str | None]]:
    """What phones did, to the story."""
    return [
        (line["what"], line["user"], line["why"]) for line in living.told("phone") if line["what"].startswith("phone:")
    ]
