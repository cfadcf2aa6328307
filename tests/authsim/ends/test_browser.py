import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from authsim.ends.browser import Browser, Element, MissingElementError, Page, parse_page

FORM = """<!doctype html><html><body class="login">
<form class="first" action="/a" method="post"><input type="hidden" name="t" value="1&amp;2"><br>
<p id="note">one <b>two</b>
 three</p></form>
<form action="/b"><button>go</button></form><p class="x xyz-errormessage">no</p><pre>done</pre>
</body></html>"""


@pytest.fixture
def page() -> Page:
    """A page with two forms."""
    return parse_page(FORM, status=200, path="/x")


def test_elements_are_found_by_tag_id_and_class(page: Page) -> None:
    """The three kinds of selectors find the first element that fits, whatever it is nested in."""
    assert page.require("pre").text == "done"
    assert page.require("#note").text == "one two three"
    assert page.require(".first").tag == "form"
    assert page.find(".third") is None
    assert page.refusal == "no"


def test_forms_are_found_by_where_they_lead(page: Page) -> None:
    """An empty element closes itself, so the second form is not inside the first."""
    assert page.form_to("/b").text == "go"
    assert [element.tag for element in page.form_to("/a").walk()] == ["form", "input", "br", "p", "b"]
    assert page.form_to("/a").walk().__next__().attributes["method"] == "post"


def test_a_missing_element_names_page_and_element(page: Page) -> None:
    """What is not there is an error that says where it was looked for."""
    with pytest.raises(MissingElementError, match=r"/x \(200\) shows no \.qr-plate"):
        page.require(".qr-plate")
    with pytest.raises(MissingElementError, match="no form to /c"):
        page.form_to("/c")


def test_stray_ends_do_no_harm() -> None:
    """An end without a beginning is passed over."""
    page = parse_page("</p><div>a</span>b</div>c", status=404, path="/")

    assert page.root.text == "abc"
    assert isinstance(page.find("div"), Element)
    assert page.refusal == ""


@pytest.fixture
def slow() -> Iterator[Browser]:
    """A browser at a portal whose stream says how things stand a while after it has begun, and then nothing more."""
    is_over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            for piece in (b"retry: 3000\n\n", b'event: state\ndata: {"state": "approved"}\n\n'):
                self.wfile.write(piece)
                time.sleep(0.1)
            is_over.wait(60)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with Browser(f"http://127.0.0.1:{server.server_port}") as browser:
            yield browser
        is_over.set()
        server.shutdown()
        thread.join()


def test_one_look_at_a_stream_is_as_sure_as_any_answer(slow: Browser) -> None:
    """With no seconds at all the first message is told, however slowly it comes."""
    assert list(slow.follow("/", seconds=0)) == [{"state": "approved"}]
