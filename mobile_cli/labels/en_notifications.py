"""What `authkey` says about notifications and settings, in English. The articles' labels stand verbatim."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the platforms' Settings app
        "path_ios": "Settings > Notifications > IBKR",
        "path_android": "Settings > Apps & notifications > IBKR Mobile > App notifications",
        "path_android_older": "On some phones Apps & notifications is called Sound & notification.",
        "setting_allow-notifications": "Allow Notifications",
        "setting_lock-screen": "Lock Screen",
        "setting_notification-center": "Notification Center",
        "setting_banners": "Banners",
        "setting_banner-style": "Banner style",
        "setting_badges": "Badges",
        "setting_show-previews": "Show Previews",
        "setting_app-notifications": "App notifications",
        "setting_allow-notification-dots": "Allow notification dots",
        "setting_allow-interruptions": "Allow interruptions",
        "setting_on-the-lock-screen": "On the lock screen",
        "setting_override-do-not-disturb": "Override Do Not Disturb",
        "setting_locked": "Screen locked",
        "setting_do-not-disturb": "Do Not Disturb",
        "setting_airplane": "Airplane mode",
        "setting_internet": "Internet",
        "setting_biometrics": "Face ID / Touch ID",
        "setting_number": "Mobile number",
        "setting_app": "IBKR Mobile",
        "value_on": "On",
        "value_off": "Off",
        "value_enabled_on": "enabled",
        "value_enabled_off": "disabled",
        "value_selected_on": "selected",
        "value_selected_off": "not selected",
        "value_temporary": "Temporary",
        "value_persistent": "Persistent",
        "value_always": "Always",
        "value_when-unlocked": "When Unlocked",
        "value_never": "Never",
        "value_wifi": "Wi-Fi",
        "value_mobile-data": "Mobile data",
        "value_face-id": "Face ID",
        "value_touch-id": "Touch ID",
        "value_none": "none",
        "stage_absent": "not installed",
        "stage_installed": "installed, never opened",
        "stage_opened": "installed",
        "stage_removed": "removed",
        "stage_reinstalled": "installed again, to be recovered",
        "stage_recovery": "to be recovered",
        "this_phone": "This phone",
        "what_is_seen": "A notification now",
        "which_setting": "Change which (1-{most}), or Enter to end",
        "which_value": "{label} ({values})",
        "set": "{label}: {value}.",
        "settings_reset": "This phone is set as recommended again.",
        # what is seen of a notification
        "sight_banner_persistent": "It shows as a banner that stays until it is touched.",
        "sight_banner_temporary": "It shows as a banner for a few seconds, then stands in the list.",
        "sight_lock_screen": "It shows on the lock screen.",
        "sight_list": "It stands only in the list: pull it down from the top edge.",
        "sight_app": "It is seen nowhere. The app itself still finds it: authkey approve.",
        "sight_nothing": "It does not arrive.",
        "hindrance_not_installed": "The app is not installed. Run authkey app install.",
        "hindrance_recovery": "The app must be recovered first. Run authkey recover.",
        "hindrance_airplane": "Airplane mode is on. Run authkey settings airplane off.",
        "hindrance_no_internet": "Neither Wi-Fi nor mobile data is on. Run authkey settings internet wifi.",
        "hindrance_not_allowed": "The app may not send notifications. Run authkey settings {permission} on.",
        "hindrance_do_not_disturb": "Do Not Disturb is on. Run authkey settings do-not-disturb off.",
        "hindrance_interruptions_off": "Interruptions are off. Run authkey settings allow-interruptions on.",
        "hindrance_banners_off": "Banners are off. Run authkey settings banners on.",
        "hindrance_lock_screen_off": "The lock screen hides it. Run authkey settings {lock_screen} on.",
        "hindrance_list_off": "Notification Center is off. Run authkey settings notification-center on.",
        "hindrance_preview_hidden": "Its text is hidden. Run authkey settings show-previews always.",
        "hindrance_badges_off": "The app shows no badge or dot. Run authkey settings {badges} on.",
        # refused, malformed
        "settings_damaged": (
            "settings.json in {path} is damaged: {rule}. Set this phone as recommended with authkey settings reset."
        ),
        "bad_setting": "{rule}. authkey settings lists what there is.",
        "need_value": "Say what to set {name} to: authkey settings {name} VALUE. authkey settings lists what there is.",
        "ios_only": "Face ID and Touch ID are there on iOS phones only.",
        "phone_offline": (
            "This phone has no connection: airplane mode is on, or its Internet is off. Run authkey settings airplane "
            "off or authkey settings internet wifi. Without a connection, authkey respond still answers a challenge."
        ),
        "app_not_installed": "IBKR Mobile is not installed on this phone. Run authkey app install.",
        "recovery_needed": "IB Key must be recovered on this phone first. Run authkey recover.",
        # biometrics
        "show_face-id": "Face ID: Enter to look, n for somebody else",
        "show_touch-id": "Touch ID: Enter to touch, n for somebody else",
        "biometric_mismatch": "No match. {left} looks left.",
        "biometric_mismatch_one": "No match. 1 look left, then only the Passcode helps.",
        "biometrics_locked": "Face ID and Touch ID are locked after five looks without a match. Give the Passcode.",
        "biometrics_not_set_up": "No Face ID or Touch ID is set up. Run authkey settings biometrics face-id.",
        # requests
        "address": "Address",
        "browser": "Browser",
        "place": "Place",
        "valid_for": "Valid for",
        "seconds": "{seconds} s",
        "number": "Number on the portal's page ({digits} digits)",
        "ask_approve": "Approve? [y/N]",
        "ask_approve_effect": "This is no login. Approve to {effect}? [y/N]",
        "unknown_purpose": "There is no purpose {purpose}. There are: {names}.",
        "other_purpose": "The request is for another purpose: {effect}. Nothing was approved, and it still waits.",
        "decided_approved": "Authentication succeeded for {user}. The portal goes on by itself.",
        "decided_denied": "Denied. The login of {user} has ended.",
        "decided_reported": "Reported: it wasn't {user}. The login has ended; give {user} a new password.",
        "not_approved": "Stopped: nothing was approved. The request still waits.",
        "no_request": "No request waits for this phone. Begin a login at the portal, or scan its QR code.",
        "push_expired": "The request is no longer valid: its time is over. Begin the login again.",
        "push_superseded": "The request is no longer valid: a newer one took its place. Answer the newer one.",
        "push_closed": "The request is no longer valid: it was answered, or its login has ended.",
        "wrong_number": "The number is not the one on the portal's page. Look again: authkey approve.",
        "wrong_number_none": (
            "The number is not the one on the portal's page. The request is over: begin the login again."
        ),
        "device_replaced": (
            "Another phone has taken this one's place for this user. Use that one, or add the user here again: authkey "
            "forget NAME, then authkey add-user NAME."
        ),
        "device_revoked": "This phone was taken out of use for this user. Activate it anew: authkey activate.",
        "device_suspended": (
            "This phone is suspended for this user. The help desk resumes it: authsim users resume NAME. "
            "Or migrate to another phone."
        ),
        "device_mismatch": (
            "The portal does not accept this phone. Run the command again. If that fails, this is a copy of another "
            "phone: activate it anew."
        ),
        "login_elsewhere": "No user of this phone is at the portal of that QR code. authkey users lists who is where.",
        "login_code": "This is the QR code of a login. Scan it with authkey approve.",
        "activation_code": "This is an activation code. Scan it with authkey activate.",
        "foreign_login": "This is not the QR code of an AuthSim login. Scan the one on the portal's login page.",
        "one_source": "Say one thing to scan: an authsim:// text, a picture, -, --clipboard or --screen.",
        "need_number": "The portal's page shows a number of {digits} digits. Say it with --number N.",
        "bad_number": "The number on the portal's page has {digits} digits.",
        # listening
        "listening": "Listening for {names}. Enter pulls down the notifications, Ctrl-C ends.",
        "listening_quietly": "Listening for {names}.",
        "reached": "{user}: the portal answers again.",
        "not_reached": "{user}: the portal does not answer. Trying again.",
        "heard": "{user}: a request to {effect}, {seconds} s left.",
        "heard_late": "{user}: a request that is no longer valid.",
        "heard_unseen": "{user}: a request came, which this phone shows nowhere. authkey approve finds it.",
        "title": "IBKR Mobile",
        "notice": "{user} at {portal}: tap to {effect}",
        "notice_hidden": "Notification",
        "tap": "Enter opens it.",
        "badge": "IBKR Mobile: {count}",
        "banner_gone": "The banner is gone. Enter pulls down the notifications.",
        "later": "It still waits. Enter pulls down the notifications.",
        "no_notifications": "No notifications. The app itself may hold a request: authkey approve.",
        "authorize": "Authorize",
        "choices": "a Approve, d Deny, w It wasn't me, Enter later ({seconds} s)",
        "left": "{seconds} seconds left.",
        # the trading device
        "log_in": "Log In",
        "two_factor": "Two-Factor Authentication",
        "enter_response": "Enter response code",
        "send_ios": "Send",
        "send_android": "Log In",
        "trading": "Logged in as {user}.",
        "trading_open": (
            "The secure login system is off for trading: {user} has opted out, and no device is asked for. Restricted: "
            "withdrawals, Pink Sheet and OTCBB stocks. The portal, which still asks for one, takes the opt-out back."
        ),
        "log_out": "Enter logs out",
        "need_response": "Nobody can be asked here. Add --response-stdin, and give the response on standard input.",
        "malformed_response": "A Response String has 8 digits. Type it as the authentication device shows it.",
        "wrong_response": (
            "Authentication failed. Begin again: the next challenge has its own response. On the authentication "
            "device, check the user and each digit."
        ),
        "login_closed": "This login is over: its time ran out, or it was answered before. Begin again.",
        "no_active_device": (
            "No phone can answer for this user. Log in to the portal and activate one, or choose Migrate IB Key."
        ),
        # troubleshooting
        "look_app": "IBKR Mobile is installed",
        "look_ib_key": "IB Key is active",
        "look_internet": "Wi-Fi or mobile data is on",
        "look_portal": "The portal answers",
        "look_seamless": "Seamless Authentication is enabled at the portal",
        "look_list": "Nothing hides it on the screen or in the notification list",
        "look_airplane": "Airplane mode is off",
        "look_do_not_disturb": "Do Not Disturb is off",
        "look_permission": "The app may send notifications",
        "not_asked": "not looked at, the phone cannot ask now",
        "prove": (
            "The proof without a notification: log in to the portal, choose Log in with Challenge/Response, and answer "
            "the challenge code with authkey respond."
        ),
        "challenge_or_none": "Challenge code, or Enter to end",
        "nothing_found": "Nothing is in the way of a notification.",
        "cause_found": "Cause: {sentence}",
        "seamless_off": (
            "Notifications are switched off at the portal for {user}. There: Settings > Secure Login System > Secure "
            "Login Settings, enable Seamless Authentication. Or: authsim users seamless {user} on."
        ),
    }
)
