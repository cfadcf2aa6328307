"""Evidence: what a browser recorded of its requests (a HAR file), made fit to be handed to somebody else.

A pure room: bytes in, values out. It opens no file, asks no store and knows no user; a stranger's bytes go in, and what
comes out names nobody and opens nothing. `read_har` and `sanitise` are the way in; the rest looks at what came out.
"""

from authsim.evidence.reading import Har, read_har
from authsim.evidence.report import Cleaned, Finding, Kind, Report, format_report, parse_report
from authsim.evidence.sanitising import sanitise
from authsim.evidence.shapes import token_shapes
from authsim.evidence.waterfall import Bar, waterfall

__all__ = [
    "Bar",
    "Cleaned",
    "Finding",
    "Har",
    "Kind",
    "Report",
    "format_report",
    "parse_report",
    "read_har",
    "sanitise",
    "token_shapes",
    "waterfall",
]
