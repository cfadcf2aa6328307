import pytest

from authsim.errors import MessageError, Reason, RefusalError
from tests.support.child import run_unread, shell
from tests.web.commands.conftest import Operator
from web.commands.outcome import sentence_of


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (RefusalError(Reason.NAME_TAKEN), "taken"),
        (RefusalError(Reason.SUITE_MISMATCH), "suite_mismatch"),
        (MessageError("a rule"), "a rule"),
    ],
)
def test_a_refusal_is_said_in_words(error: RefusalError | MessageError, word: str) -> None:
    """An operator hears what happened and what to do; what no operator can meet is named."""
    assert word in sentence_of(error)


def test_a_reader_who_leaves_is_not_told_of_it(operator: Operator, data: str) -> None:
    """When nobody reads stdout any more, the command ends with status 74 and without a traceback."""
    command = shell("web", "users", "list", "--json", "--data", data)
    done = run_unread(command, environment=operator.environment)

    assert (done.returncode, done.stderr) == (74, "")
