"""The portal under the eyes of Python's audit hooks: `portal_watched.py FILE serve …`.

Every attempt to reach anybody (to connect, to send, to resolve a name, to start a program) is a line in FILE. What a C
library would try by itself is not seen here; the test that uses this looks at the kernel's table of sockets as well.
"""

import os
import runpy
import sys

#: docs.python.org, "Audit events table".
REACHING_OUT = frozenset(
    {
        *("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"),
        *("socket.gethostbyaddr", "socket.getnameinfo", "subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"),
        *("os.spawn", "webbrowser.open", "urllib.Request", "http.client.connect", "smtplib.connect", "ftplib.connect"),
    }
)


def main() -> None:
    """Watch, then become `python -m web`."""
    notes = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(notes, b"watching\n")

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event in REACHING_OUT:
            os.write(notes, f"{event} {arguments!r}\n".encode())

    sys.addaudithook(note)
    sys.argv = ["web", *sys.argv[2:]]
    runpy.run_module("web", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
