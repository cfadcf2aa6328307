"""One enrolment by texted code, as a phone remembers it between B1 and A2: verbs over `authsim.protocol` alone."""

import re
from dataclasses import dataclass

from authsim.protocol.add_user import (
    AddUserFinish,
    AddUserStart,
    add_user_finish_transcript,
    add_user_start_transcript,
)
from authsim.protocol.keys import agreement_public_key, sign, signing_public_key
from authsim.secret import Secret
from authsim.verifier import Verifier


def code_in(text: str) -> str:
    """The code in a text, as a phone finds it: after the sign at the end."""
    found = re.search(r" @localhost #([0-9]+)$", text)
    assert found is not None
    return found[1]


@dataclass(slots=True, kw_only=True)
class Adding:
    """The keys of a phone that asks for a user, and the flow that the portal named."""

    verifier: Verifier
    username: str
    dsk: Secret
    dkx: Secret
    cn: bytes
    label: str
    flow_id: str = ""
    suite: str = ""

    def asks(self, password: Secret) -> AddUserStart:
        """Return B1; another suite or label than the portal expects is genuinely signed."""
        suite = self.suite or self.verifier.instance.suite
        transcript = add_user_start_transcript(
            instance_id=self.verifier.instance.instance_id,
            origin=self.verifier.instance.origin or "",
            client_nonce=self.cn,
            dsk=signing_public_key(self.dsk),
            dkx=agreement_public_key(self.dkx),
            psk=self.verifier.vault.signing_public_key(),
            suite=suite,
            label=self.label,
            username=self.username,
        )
        return AddUserStart(
            username=self.username,
            password=password,
            dsk=signing_public_key(self.dsk),
            dkx=agreement_public_key(self.dkx),
            cn=self.cn,
            label=self.label,
            suite=suite,
            sig=sign(self.dsk, transcript),
        )

    def brings(self, code: str, *, flow_id: str | None = None) -> AddUserFinish:
        """Return B2 with a code, genuinely signed."""
        flow_id = flow_id or self.flow_id
        transcript = add_user_finish_transcript(
            instance_id=self.verifier.instance.instance_id,
            origin=self.verifier.instance.origin or "",
            client_nonce=self.cn,
            dsk=signing_public_key(self.dsk),
            dkx=agreement_public_key(self.dkx),
            psk=self.verifier.vault.signing_public_key(),
            suite=self.verifier.instance.suite,
            label=self.label,
            username=self.username,
            flow_id=flow_id,
            code=Secret(code),
        )
        return AddUserFinish(flow_id=flow_id, code=Secret(code), sig=sign(self.dsk, transcript))
