"""A portal that is only its device API, on a loopback port: for tests of what can go wrong between phone and portal.

It signs genuinely with `authsim.protocol`. It keeps nothing, counts nothing and judges nothing but the code: whoever
wants a portal takes the real one.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from authsim.protocol.activation_uri import ActivationUri, format_activation_uri, format_session_id
from authsim.protocol.add_user import (
    AddUserFinish,
    AddUserStart,
    AddUserStarted,
    derive_text_psk,
    format_add_user_started,
    parse_add_user_finish,
    parse_add_user_resend,
    parse_add_user_start,
)
from authsim.protocol.codes import Purpose, compute_challenge_response
from authsim.protocol.keys import (
    agreement_public_key,
    compute_shared,
    derive_activation_keys,
    derive_seed,
    sign,
    signing_public_key,
)
from authsim.protocol.messages import (
    ActivateReply,
    ActivateRequest,
    InstanceInfo,
    activate_reply_transcript,
    format_activate_reply,
    format_instance,
    parse_activate_request,
)
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from web.certificate import Certificate

INSTANCE = "/api/device/v1/instance"
ACTIVATE = "/api/device/v1/activate"
START = "/api/device/v1/adduser/start"
RESEND = "/api/device/v1/adduser/resend"
FINISH = "/api/device/v1/adduser/finish"
FLOW = "66" * 16


@dataclass(slots=True)
class Reply:
    """What goes over the wire. `body` None closes the connection without a word."""

    body: bytes | None
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


REFUSED = Reply(b'{"v":1,"error":"auth_failed","ref":"test"}', status=401)


class Offer(NamedTuple):
    """The keys that a phone offered, its nonce, and its name."""

    dsk: bytes
    dkx: bytes
    cn: bytes
    label: str


@dataclass(slots=True, kw_only=True)
class TinyPortal:
    """One user, one code at a time. `answers` overrules what a path is answered, given the honest reply.

    `others` answers the paths that enrol nobody. `enrolled` is the key that counts: the last one that was accepted.
    """

    origin: str = ""
    suite: str = CLASSIC6
    user_label: str = "alice"
    instance_id: str = "11" * 16
    user_id: str = "22" * 16
    device_id: str = "33" * 16
    psk_seed: Secret = field(default_factory=lambda: Secret(b"\x01" * 32))
    code: Secret = field(default_factory=lambda: Secret(b"\xa0" * 16))
    requests: list[bytes] = field(default_factory=list)
    answers: dict[str, Callable[[Reply], Reply]] = field(default_factory=dict)
    others: Callable[[str], Reply] = lambda _: Reply(b"{}", status=404)
    seed: Secret | None = None
    password: str = "correct-horse-alice"
    text_code: Secret = field(default_factory=lambda: Secret("407182"))
    offer: "Offer | None" = None
    enrolled: bytes = b""

    @property
    def psk(self) -> bytes:
        return signing_public_key(self.psk_seed)

    def uri(self) -> str:
        """Return the text of the QR code."""
        uri = ActivationUri(
            instance_id=self.instance_id,
            origin=self.origin,
            psk=self.psk,
            code=self.code,
            expires_s=1_750_000_600,
            suite=self.suite,
        )
        return format_activation_uri(uri).reveal_text()

    def session_id(self) -> str:
        """Return the code as it is typed."""
        return format_session_id(self.code).reveal_text()

    def expects(self, challenge: str, *, purpose: int = Purpose.LOG_IN) -> str:
        """Return the response that the activated phone must give."""
        if self.seed is None:
            raise LookupError("nobody was activated")
        return compute_challenge_response(self.suite, self.seed, challenge=challenge, purpose=purpose)

    def answer(self, path: str, body: bytes) -> Reply:
        """Return what this path is answered."""
        if path == INSTANCE:
            info = InstanceInfo(instance_id=self.instance_id, origin=self.origin, psk=self.psk, suite=self.suite)
            honest = Reply(format_instance(info).encode())
        elif path == ACTIVATE:
            self.requests.append(body)
            honest = self._activate(parse_activate_request(body))
        elif path in {START, RESEND, FINISH}:
            self.requests.append(body)
            honest = self._add_user(path, body)
        else:
            honest = self.others(path)
        twist = self.answers.get(path)
        return honest if twist is None else twist(honest)

    def _activate(self, request: ActivateRequest) -> Reply:
        keys = derive_activation_keys(self.code)
        if request.code_id != keys.code_id:
            return REFUSED
        return self._enrol(Offer(request.dsk, request.dkx, request.cn, request.label), keys.code_id, keys.psk)

    def _add_user(self, path: str, body: bytes) -> Reply:
        if path == START:
            return self._start(parse_add_user_start(body))
        if path == FINISH:
            return self._finish(parse_add_user_finish(body))
        started = AddUserStarted(flow_id=parse_add_user_resend(body).flow_id, expires_in=600)
        return Reply(format_add_user_started(started).encode(), status=202)

    def _start(self, start: AddUserStart) -> Reply:
        self.offer = Offer(start.dsk, start.dkx, start.cn, start.label)
        if start.password.reveal_text() != self.password:
            return REFUSED
        started = AddUserStarted(flow_id=FLOW, expires_in=600)
        return Reply(format_add_user_started(started).encode(), status=202)

    def _finish(self, finish: AddUserFinish) -> Reply:
        if finish.code != self.text_code or self.offer is None:
            return REFUSED
        return self._enrol(self.offer, finish.flow_id, derive_text_psk(finish.code, finish.flow_id))

    def _enrol(self, offer: "Offer", code_id: str, psk: Secret) -> Reply:
        """Answer with A2: the device is new each time another key is offered."""
        private = Secret(b"\x04" * 32)
        reply = ActivateReply(
            device_id=self.device_id,
            user_id=self.user_id,
            user_label=self.user_label,
            pkx=agreement_public_key(private),
            sn=b"\x06" * 32,
            iat=1_750_000_000_000,
            exp=1_750_000_600_000,
            sig=b"",
        )
        transcript = activate_reply_transcript(
            instance_id=self.instance_id,
            origin=self.origin,
            user_id=reply.user_id,
            device_id=reply.device_id,
            code_id=code_id,
            server_nonce=reply.sn,
            client_nonce=offer.cn,
            iat=reply.iat,
            exp=reply.exp,
            dsk=offer.dsk,
            dkx=offer.dkx,
            psk=self.psk,
            pkx=reply.pkx,
            suite=self.suite,
            label=offer.label,
            user_label=reply.user_label,
        )
        self.seed = derive_seed(psk, compute_shared(private, offer.dkx), transcript)
        self.enrolled = offer.dsk
        return Reply(format_activate_reply(replace(reply, sig=sign(self.psk_seed, transcript))).encode())

    @contextmanager
    def serving(self, *, certificate: Certificate | None = None, port: int = 0) -> Iterator["TinyPortal"]:
        """Answer on a loopback port, a free one unless it is said which, until the block ends; with TLS if it can."""
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(b"")

            def do_POST(self) -> None:
                self._reply(self.rfile.read(int(self.headers["Content-Length"])))

            def _reply(self, body: bytes) -> None:
                reply = portal.answer(self.path, body)
                if reply.body is None:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                headers = {"Content-Type": reply.kind, "Content-Length": str(len(reply.body))} | reply.headers
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate_file, certificate.key_file)
            # The handshake is the business of the connection's own thread.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "http" if certificate is None else "https"
        self.origin = self.origin or f"{scheme}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
