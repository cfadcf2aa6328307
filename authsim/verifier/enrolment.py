"""A phone's key becomes a user's device: what activation by QR code and by texted code have in common.

Both ends agree on a seed (X25519, and a secret that the phone got in another way), and the portal signs what it
promises, message A2. What was judged before, and what is consumed with it, are `redemption` and `add_user`.
"""

from dataclasses import dataclass, field, replace

from authsim import states
from authsim.model import Device, DeviceId, User
from authsim.protocol.keys import (
    agreement_public_key,
    compute_shared,
    derive_confirmation,
    derive_seed,
    require_signing_key,
)
from authsim.protocol.messages import ActivateReply, activate_reply_transcript, format_activate_reply
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.identity import require_origin
from authsim.verifier.sealing import seal_seed
from authsim.verifier.tokens import draw_id

KX_BYTES = 32
NONCE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the portal drew for one request, before anything was judged; `kx` is used once and forgotten."""

    device_id: DeviceId
    server_nonce: bytes
    kx: Secret
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedKey:
    """What a phone offers: public keys of 32 bytes, its nonce of 16, a label. `flow_id` names what it answers to."""

    flow_id: str
    sign_pk: bytes
    kx_pk: bytes
    client_nonce: bytes
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A device that is not kept yet, and the JSON of A2 that tells the phone of it."""

    device: Device
    reply: str = field(repr=False)


def draft_device(verifier: Verifier, *, now_ms: int) -> Draft:
    """Draw what a new device needs of the portal."""
    return Draft(
        now_ms=now_ms,
        device_id=DeviceId(draw_id(verifier.entropy)),
        server_nonce=verifier.entropy.token_bytes(NONCE_BYTES),
        kx=Secret(verifier.entropy.token_bytes(KX_BYTES)),
    )


def require_keys(draft: Draft, *, sign_pk: bytes, kx_pk: bytes) -> Secret:
    """Return the shared secret; `MessageError` for public keys that the protocol refuses."""
    require_signing_key(sign_pk)
    return compute_shared(draft.kx, kx_pk)


def enrol(
    verifier: Verifier,
    draft: Draft,
    offered: OfferedKey,
    *,
    user: User,
    psk: Secret,
    shared: Secret,
    expires_ms: int,
    is_pending: bool,
) -> Enrolled:
    """Return the device and A2. `psk` came to the phone by another way than `shared`; a thief needs both.

    The device is active, or pending: then it waits until `expires_ms` for its confirmation.
    """
    suite = verifier.instance.suite
    pkx = agreement_public_key(draft.kx)
    transcript = _reply_transcript(verifier, draft, offered, user=user, pkx=pkx, expires_ms=expires_ms)
    reply = ActivateReply(
        device_id=draft.device_id,
        user_id=user.user_id,
        user_label=user.name,
        pkx=pkx,
        sn=draft.server_nonce,
        iat=draft.now_ms,
        exp=expires_ms,
        sig=verifier.vault.sign(transcript),
    )
    seed = derive_seed(psk, shared, transcript)
    device = Device(
        device_id=draft.device_id,
        user_id=user.user_id,
        state=states.Device.ACTIVE,
        label=offered.label,
        suite=suite,
        sign_pk=offered.sign_pk,
        seed=seal_seed(verifier, seed, user_id=user.user_id, device_id=draft.device_id, suite=suite),
        activated_ms=draft.now_ms,
    )
    if is_pending:
        device = replace(
            device,
            state=states.Device.PENDING,
            question=derive_confirmation(suite, psk, shared, transcript),
            confirmations_allowed=verifier.policy.confirmation_tries,
            expires_ms=expires_ms,
        )
    return Enrolled(device=device, reply=format_activate_reply(reply))


def _reply_transcript(
    verifier: Verifier, draft: Draft, offered: OfferedKey, *, user: User, pkx: bytes, expires_ms: int
) -> bytes:
    """Return ST, which the portal signs and both ends derive the seed from."""
    return activate_reply_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        user_id=user.user_id,
        device_id=draft.device_id,
        code_id=offered.flow_id,
        server_nonce=draft.server_nonce,
        client_nonce=offered.client_nonce,
        iat=draft.now_ms,
        exp=expires_ms,
        dsk=offered.sign_pk,
        dkx=offered.kx_pk,
        psk=verifier.vault.signing_public_key(),
        pkx=pkx,
        suite=verifier.instance.suite,
        label=offered.label,
        user_label=user.name,
    )
