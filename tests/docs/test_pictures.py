"""The pictures are those that the script makes, and the documents show them."""

import ast

from tests.support.pages import all_pages, links_of, local_target
from tests.support.tree import ROOT

PICTURES = ROOT / "docs" / "pictures"


def _listed() -> set[str]:
    """The file names that `docs/make_pictures.py` lists, read without importing it."""
    tree = ast.parse((ROOT / "docs" / "make_pictures.py").read_text(encoding="utf-8"))
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    subjects, themes = ast.literal_eval(constants["SUBJECTS"]), ast.literal_eval(constants["THEMES"])
    return {f"{subject}-{theme}.png" for subject in subjects for theme in themes}


def test_every_picture_that_the_script_makes_is_there() -> None:
    """The folder holds the pictures of the script's list and no others."""
    assert {path.name for path in PICTURES.iterdir()} == _listed()


def test_every_picture_is_shown_in_both_themes() -> None:
    """Each picture stands in a document, and wherever one theme is offered the other is too."""
    shown = {
        target.name
        for page in all_pages()
        for link in links_of(page)
        if (target := local_target(page, link)) and target.parent == PICTURES
    }

    assert shown == _listed()
