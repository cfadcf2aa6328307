"""`ports.Texts` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, select

from authsim.adapters.sql.rows import format_text, parse_text
from authsim.adapters.sql.tables import TEXTS, USERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.model import TextMessage, UserId

_INSERT: Final = insert(TEXTS)
_LIST_OF: Final = (
    select(TEXTS)
    .where(TEXTS.c.number == bindparam("of_number"), TEXTS.c.serial > bindparam("after"))
    .order_by(TEXTS.c.serial.desc())
    .limit(bindparam("most"))
)
_LIST_NUMBERS: Final = select(USERS.c.phone).where(USERS.c.phone.is_not(None)).distinct()


def deliver(connection: "Connection", text: "TextMessage", *, user_id: "UserId") -> None:
    """Put a text into its inbox. Call it after `record`: so its number is drawn in the order of commits."""
    connection.execute(_INSERT, format_text(text, user_id=user_id))


@final
class SqlTexts:
    """The simulated inbox of each phone number."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def list_of(self, number: str, *, after: int, most: int) -> "Sequence[TextMessage]":
        """Return texts after a sequence, oldest first; of more than `most`, the newest."""
        values = {"of_number": number, "after": after, "most": most}
        rows = self._database.read(lambda connection: connection.execute(_LIST_OF, values).all())
        return [parse_text(row) for row in reversed(rows)]

    def list_numbers(self) -> "Sequence[str]":
        """Return the numbers of all users, each once, ascending by their characters on every database."""
        return sorted(self._database.read(lambda connection: connection.execute(_LIST_NUMBERS).scalars().all()))
