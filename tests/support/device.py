"""A phone for tests of the portal: verbs over `authsim.protocol` alone, without keystore, PIN or network."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from authsim import ports
from authsim.model import Client, Decision, DeviceId, PushRequest, RequestId
from authsim.protocol.activation_uri import ActivationUri, parse_activation_uri
from authsim.protocol.add_user import derive_text_psk
from authsim.protocol.codes import Purpose, compute_challenge_response
from authsim.protocol.device_session import (
    SessionReply,
    SessionRequest,
    StateReply,
    device_session_transcript,
    device_state_transcript,
    parse_session_reply,
)
from authsim.protocol.keys import (
    agreement_public_key,
    compute_mac,
    compute_shared,
    derive_activation_keys,
    derive_confirmation,
    derive_seed,
    require_signature,
    sign,
    signing_public_key,
)
from authsim.protocol.login_uri import parse_login_uri
from authsim.protocol.messages import (
    ActivateReply,
    ActivateRequest,
    activate_reply_transcript,
    activate_request_transcript,
    parse_activate_reply,
)
from authsim.protocol.push import DecisionRequest, RequestInfo, push_decision_transcript
from authsim.secret import Secret
from authsim.verifier import Verifier, device_sessions, push
from authsim.verifier.activation import redeem
from authsim.verifier.add_user import begin_add_user, complete_add_user
from authsim.verifier.device_sessions import DeviceSignedIn
from tests.support.adding import Adding, code_in

#: Where a phone's own requests come from.
NETWORK = Client(address="192.0.2.7", agent="a phone")


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One activation under way: what the phone remembers between A1 and A2."""

    uri: ActivationUri
    dsk: Secret
    dkx: Secret
    cn: bytes
    request: ActivateRequest = field(init=False)


@dataclass(slots=True, kw_only=True)
class TestPhone:
    """A phone that scans, enrols and answers. It holds one account; `counter` is the last that it signed.

    `confirmation` is the code that it shows after an activation, 8 digits.
    """

    __test__ = False

    entropy: ports.Entropy
    label: str = "test phone"
    suite: str = ""
    seed: Secret | None = None
    reply: ActivateReply | None = None
    dsk: Secret | None = None
    counter: int = 0
    confirmation: str = ""

    def scan(self, text: Secret) -> Attempt:
        """Read a QR code and prepare A1."""
        uri = parse_activation_uri(text.reveal_text())
        attempt = Attempt(
            uri=uri,
            dsk=Secret(self.entropy.token_bytes(32)),
            dkx=Secret(self.entropy.token_bytes(32)),
            cn=self.entropy.token_bytes(16),
        )
        attempt.request = self.ask(attempt)
        return attempt

    def ask(self, attempt: Attempt, *, suite: str | None = None, label: str | None = None) -> ActivateRequest:
        """Return A1 for an attempt; another suite or label is genuinely signed."""
        uri = attempt.uri
        keys = derive_activation_keys(uri.code)
        dsk, dkx = signing_public_key(attempt.dsk), agreement_public_key(attempt.dkx)
        suite, label = suite or uri.suite, label or self.label
        transcript = activate_request_transcript(
            instance_id=uri.instance_id,
            origin=uri.origin,
            code_id=keys.code_id,
            client_nonce=attempt.cn,
            dsk=dsk,
            dkx=dkx,
            psk=uri.psk,
            suite=suite,
            label=label,
        )
        return ActivateRequest(
            code_id=keys.code_id,
            dsk=dsk,
            dkx=dkx,
            cn=attempt.cn,
            label=label,
            suite=suite,
            mac=compute_mac(keys.mac, transcript),
            sig=sign(attempt.dsk, transcript),
        )

    def accept(self, attempt: Attempt, text: str) -> None:
        """Judge A2 with the key from the QR code, and keep the seed."""
        uri, request = attempt.uri, attempt.request
        keys = derive_activation_keys(uri.code)
        self._keep(
            text,
            instance_id=uri.instance_id,
            origin=uri.origin,
            code_id=request.code_id,
            cn=request.cn,
            psk=uri.psk,
            suite=request.suite,
            label=request.label,
            dsk=attempt.dsk,
            dkx=attempt.dkx,
            secret=keys.psk,
        )

    def _keep(
        self,
        text: str,
        *,
        instance_id: str,
        origin: str,
        code_id: str,
        cn: bytes,
        psk: bytes,
        suite: str,
        label: str,
        dsk: Secret,
        dkx: Secret,
        secret: Secret,
    ) -> None:
        reply = parse_activate_reply(text.encode())
        transcript = activate_reply_transcript(
            instance_id=instance_id,
            origin=origin,
            user_id=reply.user_id,
            device_id=reply.device_id,
            code_id=code_id,
            server_nonce=reply.sn,
            client_nonce=cn,
            iat=reply.iat,
            exp=reply.exp,
            dsk=signing_public_key(dsk),
            dkx=agreement_public_key(dkx),
            psk=psk,
            pkx=reply.pkx,
            suite=suite,
            label=label,
            user_label=reply.user_label,
        )
        require_signature(psk, transcript, reply.sig)
        self.seed = derive_seed(secret, compute_shared(dkx, reply.pkx), transcript)
        self.suite, self.reply, self.dsk, self.counter = suite, reply, dsk, 0
        question = derive_confirmation(suite, secret, compute_shared(dkx, reply.pkx), transcript)
        self.confirmation = self.respond(question, purpose=Purpose.ACTIVATION)

    def activate(self, verifier: Verifier, text: Secret) -> None:
        """Scan, ask the portal, and accept its reply."""
        attempt = self.scan(text)
        self.accept(attempt, redeem(verifier, attempt.request))

    def respond(self, challenge: str, *, purpose: int = Purpose.LOG_IN) -> str:
        """Return the response string to a challenge."""
        if self.seed is None:
            raise LookupError("this phone is not enrolled")
        return compute_challenge_response(self.suite, self.seed, challenge=challenge, purpose=purpose)

    def begin_adding(self, verifier: Verifier, username: str) -> Adding:
        """Draw the keys of an enrolment by texted code."""
        return Adding(
            verifier=verifier,
            username=username,
            dsk=Secret(self.entropy.token_bytes(32)),
            dkx=Secret(self.entropy.token_bytes(32)),
            cn=self.entropy.token_bytes(16),
            label=self.label,
        )

    def starts_adding(self, verifier: Verifier, username: str, password: Secret) -> Adding:
        """Send B1, and remember the flow."""
        attempt = self.begin_adding(verifier, username)
        attempt.flow_id = begin_add_user(verifier, attempt.asks(password), client=NETWORK).flow_id
        return attempt

    def finishes_adding(self, attempt: Adding, code: str) -> str:
        """Send B2, judge A2, keep the account, and return A2."""
        text = complete_add_user(attempt.verifier, attempt.brings(code), client=NETWORK)
        self.accepts_adding(attempt, code, text)
        return text

    def accepts_adding(self, attempt: Adding, code: str, text: str) -> None:
        """Judge A2 with the portal's key, and keep the account."""
        verifier, secret = attempt.verifier, derive_text_psk(Secret(code), attempt.flow_id)
        self._keep(
            text,
            instance_id=verifier.instance.instance_id,
            origin=verifier.instance.origin or "",
            code_id=attempt.flow_id,
            cn=attempt.cn,
            psk=verifier.vault.signing_public_key(),
            suite=verifier.instance.suite,
            label=attempt.label,
            dsk=attempt.dsk,
            dkx=attempt.dkx,
            secret=secret,
        )

    def add_user(self, verifier: Verifier, username: str, password: Secret, *, reads: Callable[[], str]) -> None:
        """Enrol by credentials and the code in the text that `reads` returns."""
        attempt = self.starts_adding(verifier, username, password)
        self.finishes_adding(attempt, code_in(reads()))

    @property
    def device_id(self) -> DeviceId:
        """The id that the portal gave to this phone's key."""
        if self.reply is None:
            raise LookupError("this phone is not enrolled")
        return DeviceId(self.reply.device_id)

    def signs(self, message: bytes) -> bytes:
        """Sign with the phone's own key."""
        if self.dsk is None:
            raise LookupError("this phone is not enrolled")
        return sign(self.dsk, message)

    def counts(self) -> int:
        """Raise the counter, and return it."""
        self.counter += 1
        return self.counter

    def asks_for_session(
        self, verifier: Verifier, *, sn: bytes | None = None, ctr: int | None = None
    ) -> SessionRequest:
        """Return a signed question for a session, with a fresh nonce and the next counter unless told otherwise."""
        nonce = device_sessions.draw_nonce(verifier, self.device_id) if sn is None else sn
        cn, counter = self.entropy.token_bytes(16), self.counts() if ctr is None else ctr
        transcript = device_session_transcript(
            instance_id=verifier.instance.instance_id,
            origin=verifier.instance.origin or "",
            device_id=self.device_id,
            server_nonce=nonce,
            client_nonce=cn,
            counter=counter,
        )
        return SessionRequest(device_id=self.device_id, sn=nonce, cn=cn, ctr=counter, sig=self.signs(transcript))

    def opens_device_session(self, verifier: Verifier) -> DeviceSignedIn:
        """Prove the key, and use the token."""
        reply = parse_session_reply(
            device_sessions.open_device_session(verifier, self.asks_for_session(verifier)).encode()
        )
        assert isinstance(reply, SessionReply)
        return device_sessions.require_device_session(verifier, reply.token)

    def hears_its_state(self, verifier: Verifier) -> str:
        """Ask for a session, and return what the portal signed instead of one."""
        request = self.asks_for_session(verifier)
        reply = parse_session_reply(device_sessions.open_device_session(verifier, request).encode())
        assert isinstance(reply, StateReply)
        transcript = device_state_transcript(
            instance_id=verifier.instance.instance_id,
            origin=verifier.instance.origin or "",
            device_id=self.device_id,
            server_nonce=request.sn,
            client_nonce=request.cn,
            state=reply.state,
        )
        require_signature(verifier.vault.signing_public_key(), transcript, reply.sig)
        return reply.state

    def sees(self, verifier: Verifier) -> list[RequestInfo]:
        """The requests that wait for this phone."""
        signed_in = self.opens_device_session(verifier)
        return [push.request_info(verifier, waiting) for waiting in push.list_requests(verifier, signed_in)]

    def scans(self, verifier: Verifier, uri: Secret) -> RequestInfo:
        """Read a login's QR code, and fetch the request that it names."""
        scanned = parse_login_uri(uri.reveal_text())
        signed_in = self.opens_device_session(verifier)
        return push.request_info(verifier, push.get_request(verifier, signed_in, RequestId(scanned.request_id)))

    def signs_decision(
        self, verifier: Verifier, info: RequestInfo, decision: Decision, *, number: str = "", ctr: int | None = None
    ) -> DecisionRequest:
        """Return a signed decision on what the phone was shown."""
        counter = self.counts() if ctr is None else ctr
        if self.reply is None:
            raise LookupError("this phone is not enrolled")
        transcript = push_decision_transcript(
            instance_id=verifier.instance.instance_id,
            origin=verifier.instance.origin or "",
            user_id=self.reply.user_id,
            device_id=self.device_id,
            request_id=info.request_id,
            purpose=info.purpose,
            server_nonce=info.sn,
            number=number,
            decision=decision,
            context=info.context,
            iat=info.iat,
            exp=info.exp,
            counter=counter,
            operation=info.op,
        )
        return DecisionRequest(decision=decision, number=number, ctr=counter, sig=self.signs(transcript))

    def decides(self, verifier: Verifier, asked: PushRequest, decision: Decision, *, number: str = "") -> Decision:
        """Send a decision on a request."""
        info = push.request_info(verifier, asked)
        request = self.signs_decision(verifier, info, decision, number=number)
        return push.decide(verifier, asked.request_id, request)

    def approves(self, verifier: Verifier, asked: PushRequest, *, number: str = "") -> Decision:
        """Tap *Approve*, having typed a number where one is asked."""
        return self.decides(verifier, asked, Decision.APPROVE, number=number)

    def denies(self, verifier: Verifier, asked: PushRequest) -> Decision:
        """Tap *Deny*."""
        return self.decides(verifier, asked, Decision.DENY)

    def reports(self, verifier: Verifier, asked: PushRequest) -> Decision:
        """Tap *It wasn't me*."""
        return self.decides(verifier, asked, Decision.REPORT)

    def is_copied(self) -> "TestPhone":
        """Return a second phone with the same keys and the same counter, as a thief of the keystore has it."""
        return replace(self)
