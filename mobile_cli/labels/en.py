"""What `authkey` says, in English. Labels that the articles show stand verbatim."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # what the phone's screens say
        "authenticate": "Authenticate",
        "challenge": "Challenge code",
        "generate_ios": "Generate Response",
        "generate_android": "Generate Response",
        "response": "Response String",
        "done": "Done",
        "active": "IB Key is active for {user}.",
        "element": "{element}",
        "element_ios": "Passcode",
        "element_android": "PIN",
        "new_element": "New {element}",
        "repeat_element": "Repeat the {element}",
        "user": "User",
        "which_user": "User (1-{most})",
        "portal": "Portal",
        "fingerprint": "Fingerprint",
        "certificate": "Certificate",
        "platform": "Platform",
        "home": "Home",
        "tries": "Tries left",
        "users": "Users",
        "pending": "Under way",
        "purpose": "Purpose",
        "confirmation": (
            "Type this confirmation code into the page that showed the QR code; where there is none, as the answer of "
            "your next login. If you have another phone, it asks for the first 6 digits:"
        ),
        "waiting": "IB Key of {user} waits for its confirmation.",
        # what a response is for
        "purpose_1": "log in",
        "purpose_2": "add or move an authentication device",
        "purpose_3": "switch off secure login",
        "purpose_4": "issue a temporary passcode",
        "purpose_5": "change phone, password or notification address",
        "purpose_6": "recover IB Key",
        "purpose_7": "sign a demo transaction",
        "purpose_8": "confirm an activation",
        "purpose_9": "self-test",
        # what was done
        "made": "A new {platform} phone is ready in {path}.",
        "made_first": "No phone here yet: made an iOS phone in {path} with this Passcode.",
        "put_aside": "An earlier activation without a reply was put aside.",
        "compare": "Compare the fingerprint with the one under the Session ID.",
        "compare_portal": (
            "Compare the fingerprint with the key on the portal's pages: under the Session ID, or at /mobile under "
            "Migrate IB Key."
        ),
        "compare_trust": "Compare the fingerprint with the one that the portal shows under a Session ID.",
        "trusted": "{origin} is trusted on this phone.",
        "no_users": "No user on this phone yet. Run authkey activate.",
        "no_phone_yet": "No phone in {path} yet. Run authkey init or authkey activate.",
        "wiped_state": "This phone was wiped. Run authkey forget --yes, then authkey init.",
        "forgot_user": "{user} is no longer on this phone.",
        "forgot_phone": "The phone in {path} is erased.",
        "forgot_portal": "{origin} is no longer known to this phone.",
        "portal_unaware": "The portal still counts this phone as active until somebody revokes it there.",
        # questions
        "ask_continue": "Is it the same? [y/N]",
        "ask_purpose": "This response is to {effect}. Go on? [y/N]",
        "ask_forget_user": "Remove {user} from this phone? [y/N]",
        "ask_forget_phone": "Erase this phone and all its users? [y/N]",
        "ask_forget_portal": "Remove {origin} and all its users from this phone? [y/N]",
        # usage
        "no_terminal": "The {element} is asked on a terminal, and there is none. Use --pin-file FILE or --pin-stdin.",
        "need_phone_extra": 'The full-screen phone needs an extra. Run pip install "authsim[phone]".',
        "need_terminal": "The full-screen phone needs a terminal, and there is none.",
        "need_challenge": "Say which challenge: authkey respond CHALLENGE.",
        "need_user": "This phone answers for several users. Say which one with --user: {names}.",
        "need_yes": "Nobody can be asked here. Add --yes to go on.",
        "need_source": (
            "Say what to scan: an authsim:// text, a picture, a Session ID, -, --clipboard, --screen or "
            "--resume, one of them."
        ),
        "need_portal": "A Session ID does not say which portal. Add --portal URL.",
        "one_stdin": "Standard input cannot be both the picture and the {element}. Use --pin-file FILE.",
        "one_pin": "The {element} stands in one place. Use either --pin-file FILE or --pin-stdin.",
        "one_target": "Say either which user or which portal, not both.",
        "no_tls": "Only a portal at https:// shows a certificate.",
        "bad_origin": "A portal is named http://HOST:PORT, nothing more.",
        "bad_purpose": "The challenge was issued for another purpose: {effect}.",
        # malformed
        "malformed": "{rule}. Nothing was changed.",
        "bad_challenge": (
            "This is not a challenge code: it has 6 digits (10 at a hardened portal), and one may be mistyped. Read it "
            "again from the page."
        ),
        "damaged": (
            "The phone in {path} is damaged: {rule}. Restore it from a copy, or start anew with authkey forget --yes."
        ),
        "no_code_seen": "No QR code was found in the picture. Move closer, hold it straight, or type the Session ID.",
        "foreign_code": "This is not an AuthSim activation code. Scan only the QR code of an AuthSim portal.",
        "several_codes": "There are several activation codes in the picture. Show one.",
        "svg": (
            "This is an SVG drawing, not a picture of the screen. Take a screenshot (PNG or JPEG), or type the "
            "Session ID."
        ),
        "not_a_picture": "This is neither an activation code nor a PNG or JPEG picture.",
        "no_source": "{source} is neither an authsim:// text, nor a Session ID, nor a file.",
        "not_a_portal": "{origin} does not answer like an AuthSim portal. Check the address.",
        "not_a_certificate": "This is not one certificate in PEM form. The portal keeps its own as tls.crt.",
        "certificates_damaged": (
            "certificates.json in {path} is damaged: {rule}. Remove it, and trust the portal's certificate again."
        ),
        # refused
        "wrong_pin": "Wrong {element}. {left} tries left.",
        "wrong_pin_one": "Wrong {element}. 1 try left, then this phone wipes itself.",
        "wiped": (
            "This phone is wiped: 8 wrong tries, or its device.key is gone. Run authkey forget --yes, then "
            "authkey init."
        ),
        "pin_classic": "A {element} has 4 to 6 digits.",
        "pin_hardened": "A {element} here has 6 to 64 characters and is not an easy one to guess.",
        "pin_differs": "The two entries differ. Type it twice again.",
        "pin_too_weak": (
            "This portal wants a phone with the hardened PIN policy. Choose such a {element}: authkey change-pin "
            "--pin-policy hardened."
        ),
        "not_trusted": (
            "The portal's key is not the one that this phone knows. Scan the QR code on the page itself, and ask "
            "who runs the portal."
        ),
        "another_portal": (
            "This phone knows another portal at {origin}. If that one was set up anew, run "
            "authkey forget --portal {origin}, which takes its users off this phone; if not, ask who runs this one."
        ),
        "other_fingerprint": "The key of {origin} has another fingerprint. Nothing was kept; ask who runs the portal.",
        "untrusted_certificate": (
            "{origin} shows a certificate that this phone does not trust. If it is the portal's own, run "
            "authkey trust {origin} --certificate FILE with its tls.crt."
        ),
        "no_such_portal": "{origin} is not known to this phone. authkey status lists who is.",
        "no_such_user": "{user} is not on this phone. authkey users lists who is.",
        "nothing_pending": "No activation is under way. Scan the QR code: authkey activate SOURCE.",
        "no_phone": "No phone in {path}. Run authkey init or authkey activate.",
        "phone_exists": (
            "There is a phone in {path} already. Use another --home, or erase this one with authkey forget."
        ),
        "not_same": "Stopped: nothing was sent.",
        "stopped": "Stopped: nothing was changed.",
        "auth_failed": "An error has occurred. Please try again.",
        "auth_failed_why": (
            "Either IB Key is already active for this user: log in to the portal. If a notification arrives and "
            "tapping it completes the login, nothing is left to do.\n"
            "Or the QR code was used for an attempt before, or has expired: log out of the portal and in again, "
            "and scan the fresh one."
        ),
        "public_address": "{origin} is not on this machine or a private network. AuthSim portals are nowhere else.",
        "unsafe_link": "{path} is a symbolic link. Name the real folder or file.",
        "unsafe_kind": "{path} is not what it should be: a folder, or a plain file in it.",
        "unsafe_owner": "{path} belongs to somebody else. Use a folder of your own.",
        "unsafe_mode": "Others may read {path}. Run chmod {mode} on it.",
        # the world
        "unreachable": "{origin} does not answer. Check that the portal runs, then try again.",
        "no_reply": "{origin} did not answer. The activation is kept: run authkey activate --resume.",
        "no_clipboard": "The clipboard cannot be read here. Save the picture and name the file.",
        "no_screen": "The screen cannot be seen here. Save a screenshot and name the file.",
        "refused": "Refused: {reason}.",
        "cannot_use": "{path}: {why}.",
        "no_summary": "phone.json in {path} is missing or damaged. Any authkey respond writes it anew.",
        "io": "{why}.",
        "bug": "Something unexpected happened, reference {reference}. Nothing secret is in it: name it in a report.",
    }
)
