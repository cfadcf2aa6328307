"""What a person carries beside a phone, got through the ceremonies: a wallet that answers for every kind of factor.

`wallet.gets(FactorKind.CODE_CARD)`, `wallet.logs_in(FactorKind.CODE_CARD)`, `wallet.proves(signed_in, purpose)`.
"""

import base64
import re
from dataclasses import dataclass, field

from authsim.factor_rules import ORDER
from authsim.model import Factor, FactorId, FactorKind, PendingLogin, Prompt
from authsim.protocol import codes, totp
from authsim.protocol.card_uri import parse_card_uri
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier, choosing, factor_devices, identity_proof, prompted, temporary_passcode
from authsim.verifier.factors import id_of, kind_of, list_held, offered
from authsim.verifier.sessions import SignedIn, require_session
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, question_of

#: Every kind but the phone's.
KINDS = tuple(kind for kind in ORDER if kind is not FactorKind.IB_KEY)
LASTING = (FactorKind.SECURITY_CARD, FactorKind.AUTHENTICATOR_APP, FactorKind.CODE_CARD)


@dataclass(slots=True)
class Wallet:
    """The secrets that a person got, by kind, and how each answers."""

    person: Person
    phone: TestPhone | None = None
    app: Secret = field(default_factory=lambda: Secret(b""))
    card: Secret = field(default_factory=lambda: Secret(b""))
    values: dict[FactorKind, tuple[str, ...]] = field(default_factory=dict)
    passcode: str = ""

    @property
    def verifier(self) -> Verifier:
        """The portal."""
        return self.person.town.verifier

    @property
    def now_ms(self) -> int:
        """The portal's instant."""
        return self.verifier.clock.now_ms()

    def answers(self, prompt: Prompt) -> str:
        """What the thing in the wallet says to what is asked."""
        return self.answers_to(prompt.kind, prompt.question)

    def answers_to(self, kind: FactorKind, question: str) -> str:
        """What a thing of this kind says to a question."""
        if kind is FactorKind.TEXT:
            return self.person.reads_code()
        if kind is FactorKind.AUTHENTICATOR_APP:
            return totp.compute_totp(self.app, self.now_ms // totp.STEP_MS)
        if kind is FactorKind.SECURITY_CARD:
            return codes.compute_card_response(self.card, question)
        if kind is FactorKind.TEMPORARY_PASSCODE:
            return self.passcode
        return "".join(self.values[kind][int(index) - 1] for index in question.split())

    def held(self, kind: FactorKind) -> Factor:
        """The active factor of this kind, as the portal knows it."""
        return next(one for one in list_held(self.verifier, self.person.user, now_ms=self.now_ms) if one.kind is kind)

    def kinds(self) -> list[FactorKind]:
        """What the portal would ask, in the order of the page."""
        user = self.verifier.store.users.get(self.person.user.user_id)
        assert user is not None
        return [kind_of(one) for one in offered(self.verifier, user, now_ms=self.now_ms)]

    # -- logging in

    def is_asked(self, kind: FactorKind) -> PendingLogin:
        """Begin a login, and choose this kind where there is a choice."""
        return self.chooses(self.person.begins(), kind)

    def chooses(self, pending: PendingLogin, kind: FactorKind) -> PendingLogin:
        """Choose this kind on the page, unless it is all that there is."""
        if len(pending.offered) == 1:
            return pending
        chosen = next(one for one in pending.offered if kind_of(one) is kind)
        return choosing.choose_factor(self.verifier, token=pending.token, choice=id_of(chosen), client=BROWSER)

    def types(self, pending: PendingLogin, answer: str) -> SignedIn:
        """Type an answer into the page of that login."""
        proof = prompted.complete_prompt(self.verifier, token=pending.token, answer=answer, client=BROWSER)
        return require_session(self.verifier, proof.token)

    def completes(self, pending: PendingLogin) -> SignedIn:
        """Answer what is asked, rightly."""
        if pending.prompt is not None:
            return self.types(pending, self.answers(pending.prompt))
        assert self.phone is not None
        proof = self.person.answers(pending, self.phone.respond(question_of(pending), purpose=pending.login.purpose))
        return require_session(self.verifier, proof.token)

    def logs_in(self, kind: FactorKind) -> SignedIn:
        """Log in with password and this kind."""
        return self.completes(self.is_asked(kind))

    def proves(self, signed_in: SignedIn, purpose: Purpose, kind: FactorKind) -> SignedIn:
        """Prove inside a session who sits there; what comes back is the new session."""
        pending = identity_proof.begin_verification(
            self.verifier,
            signed_in,
            name=self.person.user.name,
            password=self.person.password,
            purpose=purpose,
            client=BROWSER,
        )
        return self.completes(self.chooses(pending, kind))

    # -- getting things

    def gets_phone(self, phone: TestPhone) -> None:
        """Activate a phone by texted code."""
        self.person.adds_herself(phone)
        self.phone = phone

    def gets_passcode(self) -> Factor:
        """Be given a temporary passcode by whoever may."""
        factor = temporary_passcode.issue_passcode(self.verifier, self.person.user, by="help_desk", reason="lost all")
        found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", self.person.texts()[-1])
        assert found is not None
        self.passcode = found[0]
        return factor

    def gets(self, kind: FactorKind) -> Factor:
        """Get a factor of this kind, through a passcode if there is nothing else; a passcode goes when it is done."""
        if kind is FactorKind.TEMPORARY_PASSCODE:
            return self.gets_passcode()
        helper = None if self.kinds() else self.gets_passcode()
        means = self.kinds()[0]
        signed_in = self.logs_in(means)
        self.waits()
        factor = self.adds(self.proves(signed_in, Purpose.ADD_DEVICE, means), kind)
        if helper is not None and FactorKind.TEMPORARY_PASSCODE in self.kinds():
            self.loses(FactorKind.TEMPORARY_PASSCODE)
        self.waits()
        return factor

    def adds(self, signed_in: SignedIn, kind: FactorKind) -> Factor:
        """Go through the pages that add this kind, in a session that was verified."""
        verifier = self.verifier
        if kind is FactorKind.TEXT:
            factor_devices.begin_number_verification(verifier, signed_in)
            factor_devices.complete_number_verification(verifier, signed_in, self.person.reads_code())
            return self.held(kind)
        if kind is FactorKind.AUTHENTICATOR_APP:
            offer = factor_devices.begin_authenticator_app(verifier, signed_in)
            self.app = totp_key(offer.typed)
            code = self.answers_to(kind, "")
            return factor_devices.confirm_authenticator_app(verifier, signed_in, offer.factor.factor_id, code)
        if kind is FactorKind.SECURITY_CARD:
            factor = factor_devices.request_security_card(verifier, signed_in)
            self.card = parse_card_uri(self.person.texts()[-1].split()[-1]).seed
            question = factor_devices.card_question(verifier, signed_in, factor.factor_id)
            response = self.answers_to(kind, question)
            return factor_devices.confirm_security_card(verifier, signed_in, factor.factor_id, response)
        request = {
            FactorKind.CODE_CARD: factor_devices.request_code_card,
            FactorKind.ONLINE_CARD: factor_devices.request_online_card,
        }[kind]
        factor = request(verifier, signed_in)
        return self.prints(signed_in, factor.factor_id)

    def prints(self, signed_in: SignedIn, factor_id: FactorId) -> Factor:
        """Print a code card that waits, and activate it by two of its values."""
        view = factor_devices.card_values(self.verifier, signed_in, factor_id)
        self.values[view.factor.kind] = view.values
        answer = self.answers_to(view.factor.kind, view.question)
        return factor_devices.confirm_code_card(self.verifier, signed_in, factor_id, answer)

    def loses(self, kind: FactorKind) -> None:
        """Remove a factor in the portal, with the proof that it takes."""
        means = self.kinds()[-1]
        signed_in = self.logs_in(means)
        self.waits()
        verified = self.proves(signed_in, Purpose.ADD_DEVICE, means)
        factor_devices.remove_factor(self.verifier, verified, self.held(kind).factor_id)
        self.waits()

    def waits(self) -> None:
        """Let the time pass that lies between two texts, and two codes of an app."""
        self.person.town.clock.advance(seconds=self.verifier.policy.sms_resend_seconds)


def totp_key(typed: Secret) -> Secret:
    """Return the key that an app reads from what a person types."""
    return Secret(base64.b32decode(typed.reveal_text().replace(" ", "")))
