"""What `authkey` says about enrolling and about the app, in Japanese. The articles' labels stand verbatim."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the app's screens, in the articles' words
        "register_two_factor": "二段階認証の登録",
        "add_user": "ユーザーの追加",
        "migrate": "IB Keyの移行",
        "recover_setup": "設定の復元",
        "initialise_recovery": "リカバリーを開始",
        "change_pin": "PINの変更",
        "change_passcode": "パスコードの変更",
        "continue": "次に進む",
        "account_credentials": "口座の認証情報",
        "session_id": "Session ID",
        "which_way": "方法 (1-2)",
        "username": "ユーザー名",
        "password": "パスワード",
        "get_activation_code": "アクティベーション・コードを取得",
        "activation_code_again": "アクティベーション・コード (r: 再送信)",
        "activate": "アクティベート",
        "submit": "送信",
        "allow": "許可",
        "dont_allow": "許可しない",
        "current_element": "現在の{element}",
        "app": "IBKR Mobile",
        "notifications": "通知",
        "permission_not_asked": "未確認",
        "permission_allowed": "許可",
        "permission_refused": "不許可",
        # what a person reads before going on
        "read_register": "ユーザー名とパスワード、口座に登録された番号の電話が必要です。SMSでコードが届きます。",
        "read_migrate": (
            "この端末が {user} の認証デバイスになります。現在の端末のIB Keyはすぐに無効になり、認証画面は {user} "
            "に使えなくなります。"
        ),
        "read_migrate_anyone": (
            "この端末がユーザーの認証デバイスになります。現在の端末のIB Keyはすぐに無効になります。"
        ),
        "read_recover": "この端末ではIB Keyが有効でした。ユーザー名、パスワード、SMSのコード、以前のPINで復元します。",
        "forgotten_pin": (
            "PINを忘れた場合は、authkey app clear-data の後に authkey migrate を実行すると、"
            "同じ端末で新しいPINを設定できます。"
        ),
        "code_sent": "口座に登録された携帯電話番号へ、SMSで認証コードを送信しました。",
        "code_sent_again": "新しいコードを送信しました。最新のコードだけが有効です。",
        "banner_app": "IBKR Mobileで開く",
        # what was done
        "replaced": "{user} の他の端末は置き換えられ、その認証画面は {user} に使えなくなりました。",
        "migrated": "{user} の以前の端末は置き換えられ、その認証画面は {user} に使えなくなりました。",
        "recovered": "この端末のIB Keyを復元しました。",
        "element_changed": "{element}を変更しました。",
        "installed": (
            "IBKR Mobileをインストールしました。起動せずに、同じQRコードをもう一度読み取ってください(authkey activate "
            "SOURCE)。"
        ),
        "opened_early": (
            "IBKR Mobileにはまだユーザーがいません。ポータルのQRコードをもう一度読み取る(authkey activate SOURCE)か、"
            "authkey activate --username NAME で登録してください。"
        ),
        "recover_now": "IBKR Mobileはありますが、IB Keyの復元が必要です。authkey recover を実行してください。",
        "app_is": "IBKR Mobile: {stage}",
        "no_texts": "{number} 宛てのSMSはまだありません。",
        # questions
        "ask_allow": "IBKR Mobileが通知を送ります。許可しますか。 [Y/n]",
        "ask_migrate": "IB Keyをこの端末に移行しますか。 [y/N]",
        "ask_restore": "以前の設定を復元しますか。「はい」 [y/N]",
        "ask_remove_app": "この端末からIBKR Mobileを削除しますか。 [y/N]",
        "ask_clear_data": "この端末のIBKR Mobileのデータを消去しますか。 [y/N]",
        # usage
        "use_session_id": "ポータルにログインしてから、authkey activate SESSION-ID --portal URL を実行してください。",
        "need_username": "ユーザーを指定してください: authkey {command} NAME",
        "need_password": "パスワードの入力にはターミナルが必要です。--password-file FILE を使ってください。",
        "need_code": "アクティベーション・コードの入力にはターミナルが必要です。--code-stdin を使ってください。",
        "need_new_element": "新しい{element}の入力にはターミナルが必要です。--new-pin-file FILE を使ってください。",
        "code_and_pin": (
            "標準入力をアクティベーション・コードと{element}の両方には使えません。--pin-file FILE を使ってください。"
        ),
        "need_portal_url": "ポータルを指定してください: --portal URL",
        "need_inbox_number": (
            "電話番号を指定してください: authkey inbox NUMBER。一度だけ authkey settings number NUMBER "
            "で設定することもできます。番号はポータルの /inbox のページにあります。"
        ),
        "bad_telephone": "電話番号は「+」と7~15桁の数字です。",
        # refused
        "wrong_credentials": (
            "ユーザー名とパスワードの組み合わせが正しくありません。Caps Lockを確認してください。"
            "ユーザー名は小文字です。"
        ),
        "no_phone_number": (
            "このユーザーには携帯電話番号が登録されていないため、コードを送信できません。"
            "ポータルにログインしてQRコードを読み取ってください。別の端末が有効な間はQRコードが表示されません。"
            "その端末はヘルプデスクが取り消せます: authsim users revoke NAME"
        ),
        "too_soon": "直前にコードを送信しました。そのコードを使うか、{seconds}秒後に再送信してください。",
        "texts_spent": (
            "この有効化ではもうコードを送信できません。最新のコードを使うか、ユーザー名とパスワードからやり直してください。"
        ),
        "slow_down": "ポータルは待つように求めています。{seconds}秒後にもう一度お試しください。",
        "wrong_code": "アクティベーション・コードが違います。残り{left}回です。",
        "wrong_code_one": "アクティベーション・コードが違います。残り1回です。",
        "wrong_code_none": (
            "アクティベーション・コードが違います。この有効化は終了しました。"
            "ユーザー名とパスワードからやり直してください。"
        ),
        "wrong_code_uncounted": "アクティベーション・コードが違います。最新のSMSのコードを入力してください。",
        "malformed_code": "アクティベーション・コードは数字だけです。SMSをもう一度確認してください。",
        "enrolment_over": (
            "この有効化は終了しました。コードの期限切れ、使用済み、または入力間違いの回数超過です。"
            "ユーザー名とパスワードからやり直してください。"
        ),
        "portal_refuses": "現在、ポータルはこのユーザーを受け付けていません。管理者に確認してください。",
        "already_here_why": (
            "このユーザーのIB Keyがこの端末ですでに有効な場合: ポータルにログインしてください。通知が届き、"
            "それをタップしてログインできれば、することはありません。\n通知が届かない場合: "
            "ポータルには別の端末が登録されているか、何も登録されていません。authkey forget NAME "
            "で削除してから追加し直してください。"
        ),
        "need_trust": "このポータルでは、先に鍵の確認が必要です。authkey trust {origin} を実行してください。",
        "nothing_to_resume": "追加の途中のユーザーはいません。authkey add-user NAME から始めてください。",
        "nothing_to_recover": "この端末のIB Keyは有効です。復元するものはありません。",
        "go_to_store": (
            "IBKR Mobileがないため、バナーはウェブサイトを開き、ストアに進みます。authkey app install を実行し、"
            "アプリを起動せずに、同じコードをもう一度読み取ってください。"
        ),
        "no_clear_data": (
            "iOSにはこの機能がありません。パスコードを忘れた場合は、authkey forget --yes で端末を消去してください。"
        ),
        "no_inbox": (
            "{origin} では {number} のSMSを表示できません。受信箱は同じコンピューター上で、"
            "ユーザーの番号についてのみ開かれています。"
        ),
        "no_text_came": (
            "{seconds}秒以内に {number} 宛てのSMSは届きませんでした。"
            "口座に登録された番号か確認するか、新しいコードを送信してください。"
        ),
        # the world
        "no_reply_code": (
            "{origin} から返答がありません。リクエストは保存しました。同じコマンドに --resume "
            "を付けて実行してください。"
        ),
    }
)
