"""What `authkey` says about enrolling and about the app, in English. The articles' labels stand verbatim."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the app's screens, in the articles' words
        "register_two_factor": "Register Two-Factor",
        "add_user": "Add User",
        "migrate": "Migrate IB Key",
        "recover_setup": "Recover Setup",
        "initialise_recovery": "Initialise recovery",
        "change_pin": "Change PIN",
        "change_passcode": "Change Passcode",
        "continue": "Continue",
        "account_credentials": "Account Credentials",
        "session_id": "Session ID",
        "which_way": "How (1-2)",
        "username": "Username",
        "password": "Password",
        "get_activation_code": "Get Activation Code",
        "activation_code_again": "Activation Code (r: send a new one)",
        "activate": "Activate",
        "submit": "Submit",
        "allow": "Allow",
        "dont_allow": "Don't Allow",
        "current_element": "Current {element}",
        "app": "IBKR Mobile",
        "notifications": "Notifications",
        "permission_not_asked": "not asked yet",
        "permission_allowed": "allowed",
        "permission_refused": "not allowed",
        # what a person reads before going on
        "read_register": (
            "You need your username, your password, and the phone whose number is on your account: a text message "
            "brings a code."
        ),
        "read_migrate": (
            "This phone becomes the authentication device of {user}. The one of now loses IB Key at once: its "
            "Authenticate no longer works for {user}."
        ),
        "read_migrate_anyone": (
            "This phone becomes the authentication device of the user. The one of now loses IB Key at once."
        ),
        "read_recover": (
            "IB Key was active on this phone. Username, password, a code by text message and the PIN of before "
            "restore it."
        ),
        "forgotten_pin": "Forgotten the PIN? authkey app clear-data, then authkey migrate: the same phone, a new PIN.",
        "code_sent": "An Authentication Code was sent by text message to the mobile number on the account.",
        "code_sent_again": "A new code was sent. Only the newest one counts.",
        "banner_app": "Open in IBKR Mobile",
        # what was done
        "replaced": "Any other phone of {user} is replaced: its Authenticate no longer works for {user}.",
        "migrated": "The old phone of {user} is replaced: its Authenticate no longer works for {user}.",
        "recovered": "IB Key is recovered on this phone.",
        "element_changed": "The {element} is changed.",
        "installed": "IBKR Mobile is installed. Do not open it: scan the same QR code again, authkey activate SOURCE.",
        "opened_early": (
            "IBKR Mobile knows nobody yet. Scan the QR code on the portal's page again, authkey activate SOURCE, or "
            "register with authkey activate --username NAME."
        ),
        "recover_now": "IBKR Mobile is there, and IB Key waits to be restored. Run authkey recover.",
        "app_is": "IBKR Mobile: {stage}.",
        "no_texts": "No text for {number} yet.",
        # questions
        "ask_allow": "IBKR Mobile would like to send notifications. Allow? [Y/n]",
        "ask_migrate": "Migrate IB Key to this phone? [y/N]",
        "ask_restore": "Restore the configuration of before? Yes? [y/N]",
        "ask_remove_app": "Remove IBKR Mobile from this phone? [y/N]",
        "ask_clear_data": "Clear the data of IBKR Mobile on this phone? [y/N]",
        # usage
        "use_session_id": "Log in to the portal, then: authkey activate SESSION-ID --portal URL.",
        "need_username": "Say which user: authkey {command} NAME.",
        "need_password": "The password is asked on a terminal, and there is none. Use --password-file FILE.",
        "need_code": "The Activation Code is asked on a terminal, and there is none. Use --code-stdin.",
        "need_new_element": "The new {element} is asked on a terminal, and there is none. Use --new-pin-file FILE.",
        "code_and_pin": "Standard input cannot be both the Activation Code and the {element}. Use --pin-file FILE.",
        "need_portal_url": "Say which portal: add --portal URL.",
        "need_inbox_number": (
            "Say whose texts: authkey inbox NUMBER, or authkey settings number NUMBER once. "
            "The page /inbox of the portal lists the numbers."
        ),
        "bad_telephone": "A telephone number is a plus sign and 7 to 15 digits.",
        # refused
        "wrong_credentials": "Invalid username password combination. Check the caps lock; a username is lower case.",
        "no_phone_number": (
            "There is no mobile number on file for this user, so no code can be sent. Log in to the portal and scan "
            "its QR code. While another phone is active it shows none, until the help desk takes that one out of use: "
            "authsim users revoke NAME."
        ),
        "too_soon": "The last code was sent a short while ago. Use that one, or ask for another in {seconds} seconds.",
        "texts_spent": (
            "No more codes are sent for this activation. Use the newest one; without it, begin again with username and "
            "password."
        ),
        "slow_down": "The portal asks to wait. Try again in {seconds} seconds.",
        "wrong_code": "Wrong Activation Code. {left} tries left.",
        "wrong_code_one": "Wrong Activation Code. 1 try left.",
        "wrong_code_none": "Wrong Activation Code. This activation is over: begin again with username and password.",
        "wrong_code_uncounted": "Wrong Activation Code. Type the one of the newest text message.",
        "malformed_code": "An Activation Code has only digits. Read it again from the text message.",
        "enrolment_over": (
            "This activation is over: the code has expired, was used, or was wrong too often. Begin again with "
            "username and password."
        ),
        "portal_refuses": "The portal does not let this user in now. Ask its operator.",
        "already_here_why": (
            "Either IB Key is already active for this user on this phone: log in to the portal. If a notification "
            "arrives and tapping it completes the login, nothing is left to do.\nOr, if none arrives, the portal "
            "knows another phone or none: take the user off with authkey forget NAME and add it again."
        ),
        "need_trust": "This portal wants its key to be compared first. Run authkey trust {origin}.",
        "nothing_to_resume": "No user is being added. Begin with authkey add-user NAME.",
        "nothing_to_recover": "IB Key works on this phone. There is nothing to recover.",
        "go_to_store": (
            "A banner asks to open the web site: IBKR Mobile is not on this phone, and the site leads to the store. "
            "Run authkey app install, do not open the app, and scan the same code again."
        ),
        "no_clear_data": "iOS has no such thing. With the Passcode forgotten, erase the phone: authkey forget --yes.",
        "no_inbox": (
            "{origin} shows no texts for {number}. Inboxes are open on this machine only, for the numbers of its users."
        ),
        "no_text_came": (
            "No text for {number} came within {seconds} seconds. Look whether that is the number on the account, or "
            "have a new code sent."
        ),
        # the world
        "no_reply_code": "{origin} did not answer. The request is kept: run the same command with --resume.",
    }
)
