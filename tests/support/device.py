"""A phone for tests of the portal: verbs over `authsim.protocol` alone, without keystore, PIN or network."""

from dataclasses import dataclass, field

from authsim import ports
from authsim.protocol.activation_uri import ActivationUri, parse_activation_uri
from authsim.protocol.codes import Purpose, compute_challenge_response
from authsim.protocol.keys import (
    agreement_public_key,
    compute_mac,
    compute_shared,
    derive_activation_keys,
    derive_seed,
    require_signature,
    sign,
    signing_public_key,
)
from authsim.protocol.messages import (
    ActivateReply,
    ActivateRequest,
    activate_reply_transcript,
    activate_request_transcript,
    parse_activate_reply,
)
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.activation import redeem


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
    """A phone that scans, enrols and answers. It holds one account."""

    __test__ = False

    entropy: ports.Entropy
    label: str = "test phone"
    suite: str = ""
    seed: Secret | None = None
    reply: ActivateReply | None = None

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
        reply = parse_activate_reply(text.encode())
        uri, request = attempt.uri, attempt.request
        transcript = activate_reply_transcript(
            instance_id=uri.instance_id,
            origin=uri.origin,
            user_id=reply.user_id,
            device_id=reply.device_id,
            code_id=request.code_id,
            server_nonce=reply.sn,
            client_nonce=request.cn,
            iat=reply.iat,
            exp=reply.exp,
            dsk=request.dsk,
            dkx=request.dkx,
            psk=uri.psk,
            pkx=reply.pkx,
            suite=request.suite,
            label=request.label,
            user_label=reply.user_label,
        )
        require_signature(uri.psk, transcript, reply.sig)
        shared = compute_shared(attempt.dkx, reply.pkx)
        self.seed = derive_seed(derive_activation_keys(uri.code).psk, shared, transcript)
        self.suite, self.reply = request.suite, reply

    def activate(self, verifier: Verifier, text: Secret) -> None:
        """Scan, ask the portal, and accept its reply."""
        attempt = self.scan(text)
        self.accept(attempt, redeem(verifier, attempt.request))

    def respond(self, challenge: str, *, purpose: int = Purpose.LOG_IN) -> str:
        """Return the response string to a challenge."""
        if self.seed is None:
            raise LookupError("this phone is not enrolled")
        return compute_challenge_response(self.suite, self.seed, challenge=challenge, purpose=purpose)
