"""The pictures are those that the scripts make, and the documents show them."""

import ast

from tests.support.pages import all_pages, links_of, local_target
from tests.support.tree import ROOT

PICTURES = ROOT / "docs" / "pictures"


def _listed() -> set[str]:
    """The file names that the two scripts list, read without importing them."""
    pages, phone = _constants("make_pictures.py"), _constants("make_phone_pictures.py")
    subjects, themes = ast.literal_eval(pages["SUBJECTS"]), ast.literal_eval(pages["THEMES"])
    screens = ast.literal_eval(phone["SUBJECTS"])
    return {f"{subject}-{theme}.png" for subject in subjects for theme in themes} | {f"{name}.svg" for name in screens}


def _constants(script: str) -> dict[str, ast.expr]:
    tree = ast.parse((ROOT / "docs" / script).read_text(encoding="utf-8"))
    given = [
        (node.target if isinstance(node, ast.AnnAssign) else node.targets[0], node.value)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    ]
    return {name.id: value for name, value in given if isinstance(name, ast.Name) and value is not None}


def test_every_picture_that_the_scripts_make_is_there() -> None:
    """The folder holds the pictures of the scripts' lists and no others."""
    assert {path.name for path in PICTURES.iterdir()} == _listed()


def test_every_picture_is_shown() -> None:
    """Each picture stands in a document; of the pages, in both themes."""
    shown = {
        target.name
        for page in all_pages()
        for link in links_of(page)
        if (target := local_target(page, link)) and target.parent == PICTURES
    }

    assert shown == _listed()
