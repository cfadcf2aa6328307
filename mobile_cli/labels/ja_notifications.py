"""What `authkey` says about notifications and settings, in Japanese. The articles' labels stand verbatim."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the platforms' Settings app
        "path_ios": "設定 > 通知 > IBKR",
        "path_android": "設定 > アプリ & 通知 > IBKRモバイル > アプリ通知",
        "path_android_older": "端末によっては「アプリ & 通知」が「サウンド & 通知」になっています。",
        "setting_allow-notifications": "通知を許可する",
        "setting_lock-screen": "ロック画面",
        "setting_notification-center": "通知センター",
        "setting_banners": "バナー",
        "setting_banner-style": "バナースタイル",
        "setting_badges": "バッジ",
        "setting_show-previews": "プレビューを表示",
        "setting_app-notifications": "アプリの通知",
        "setting_allow-notification-dots": "通知ドットを許可する",
        "setting_allow-interruptions": "割り込みを許可する",
        "setting_on-the-lock-screen": "ロック画面上",
        "setting_override-do-not-disturb": "応答不可をオーバーライドする",
        "setting_locked": "画面ロック",
        "setting_do-not-disturb": "応答不可",
        "setting_airplane": "機内モード",
        "setting_internet": "インターネット",
        "setting_biometrics": "Face ID / Touch ID",
        "setting_number": "携帯電話番号",
        "setting_app": "IBKRモバイル",
        "value_on": "On",
        "value_off": "Off",
        "value_enabled_on": "有効",
        "value_enabled_off": "無効",
        "value_selected_on": "選択済み",
        "value_selected_off": "未選択",
        "value_temporary": "一時的",
        "value_persistent": "固定",
        "value_always": "常時",
        "value_when-unlocked": "ロックされていない時",
        "value_never": "しない",
        "value_wifi": "Wi-Fi",
        "value_mobile-data": "モバイルデータ通信",
        "value_face-id": "Face ID",
        "value_touch-id": "Touch ID",
        "value_none": "なし",
        "stage_absent": "未インストール",
        "stage_installed": "インストール済み(未起動)",
        "stage_opened": "インストール済み",
        "stage_removed": "削除済み",
        "stage_reinstalled": "再インストール済み(リカバリーが必要)",
        "stage_recovery": "リカバリーが必要",
        "this_phone": "この端末",
        "what_is_seen": "現在の通知の表示",
        "which_setting": "変更する項目 (1-{most})、終了はEnter",
        "which_value": "{label} ({values})",
        "set": "{label}: {value}",
        "settings_reset": "この端末を推奨の設定に戻しました。",
        # what is seen of a notification
        "sight_banner_persistent": "バナーとして表示され、タップするまで残ります。",
        "sight_banner_temporary": "バナーとして数秒間表示された後、通知の一覧に残ります。",
        "sight_lock_screen": "ロック画面に表示されます。",
        "sight_list": "通知の一覧にだけ表示されます。画面の上端から引き下げてください。",
        "sight_app": "どこにも表示されません。アプリでは確認できます: authkey approve",
        "sight_nothing": "届きません。",
        "hindrance_not_installed": "アプリがインストールされていません。authkey app install を実行してください。",
        "hindrance_recovery": "先にアプリのリカバリーが必要です。authkey recover を実行してください。",
        "hindrance_airplane": "機内モードがOnです。authkey settings airplane off を実行してください。",
        "hindrance_no_internet": (
            "Wi-Fiもモバイルデータ通信もOffです。authkey settings internet wifi を実行してください。"
        ),
        "hindrance_not_allowed": (
            "アプリの通知が許可されていません。authkey settings {permission} on を実行してください。"
        ),
        "hindrance_do_not_disturb": "応答不可がOnです。authkey settings do-not-disturb off を実行してください。",
        "hindrance_interruptions_off": (
            "割り込みが許可されていません。authkey settings allow-interruptions on を実行してください。"
        ),
        "hindrance_banners_off": "バナーがOffです。authkey settings banners on を実行してください。",
        "hindrance_lock_screen_off": (
            "ロック画面に表示されません。authkey settings {lock_screen} on を実行してください。"
        ),
        "hindrance_list_off": "通知センターがOffです。authkey settings notification-center on を実行してください。",
        "hindrance_preview_hidden": "内容が隠れています。authkey settings show-previews always を実行してください。",
        "hindrance_badges_off": "バッジやドットが表示されません。authkey settings {badges} on を実行してください。",
        # refused, malformed
        "settings_damaged": (
            "{path} の settings.json が壊れています ({rule})。authkey settings reset で推奨の設定に戻してください。"
        ),
        "bad_setting": "設定できません ({rule})。authkey settings で項目を確認できます。",
        "need_value": (
            "{name} の値を指定してください: authkey settings {name} VALUE。authkey settings で項目を確認できます。"
        ),
        "ios_only": "Face IDとTouch IDはiOSの端末にだけあります。",
        "phone_offline": (
            "この端末は接続されていません(機内モードがOn、またはインターネットがOff)。authkey settings airplane off "
            "または authkey settings internet wifi を実行してください。接続がなくても authkey respond は使えます。"
        ),
        "app_not_installed": (
            "この端末にはIBKRモバイルがインストールされていません。authkey app install を実行してください。"
        ),
        "recovery_needed": "先にこの端末でIB Keyのリカバリーが必要です。authkey recover を実行してください。",
        # biometrics
        "show_face-id": "Face ID: Enterで認証、nで不一致",
        "show_touch-id": "Touch ID: Enterで認証、nで不一致",
        "biometric_mismatch": "一致しません。残り{left}回です。",
        "biometric_mismatch_one": "一致しません。残り1回です。その後はパスコードが必要です。",
        "biometrics_locked": "5回一致しなかったため、Face IDとTouch IDは使えません。パスコードを入力してください。",
        "biometrics_not_set_up": (
            "Face IDもTouch IDも設定されていません。authkey settings biometrics face-id で設定できます。"
        ),
        # requests
        "address": "アドレス",
        "browser": "ブラウザー",
        "place": "場所",
        "valid_for": "有効期間",
        "seconds": "{seconds} 秒",
        "number": "ポータルの画面の番号 ({digits}桁)",
        "ask_approve": "承認しますか。 [y/N]",
        "ask_approve_effect": "これはログインではありません。「{effect}」を承認しますか。 [y/N]",
        "unknown_purpose": "{purpose} という目的はありません。次から選んでください: {names}",
        "other_purpose": "このリクエストの目的は「{effect}」です。何も承認していません。リクエストは残っています。",
        "decided_approved": "{user} の認証に成功しました。ポータルは自動的に進みます。",
        "decided_denied": "拒否しました。{user} のログインは終了しました。",
        "decided_reported": (
            "{user} 本人ではないと報告しました。ログインは終了しました。{user} のパスワードを変更してください。"
        ),
        "not_approved": "中止しました。何も承認していません。リクエストはまだ有効です。",
        "no_request": (
            "この端末へのリクエストはありません。ポータルでログインを始めるか、そのQRコードを読み取ってください。"
        ),
        "push_expired": "リクエストは無効になりました(有効期間が過ぎました)。ログインをやり直してください。",
        "push_superseded": "リクエストは無効になりました(新しいリクエストがあります)。新しい方に応答してください。",
        "push_closed": "リクエストは無効になりました(応答済みか、ログインが終了しています)。",
        "wrong_number": "ポータルの画面の番号と違います。もう一度確認してください: authkey approve",
        "wrong_number_none": (
            "ポータルの画面の番号と違います。リクエストは無効になりました。ログインをやり直してください。"
        ),
        "device_replaced": (
            "このユーザーは別の端末に移りました。その端末を使うか、この端末にユーザーをもう一度追加してください: "
            "authkey forget NAME の後に authkey add-user NAME"
        ),
        "device_revoked": "このユーザーのこの端末は取り消されました。authkey activate でもう一度有効化してください。",
        "device_suspended": (
            "このユーザーのこの端末は停止中です。ヘルプデスクが再開できます: authsim users resume NAME。"
            "または別の端末に移行してください。"
        ),
        "device_mismatch": (
            "ポータルがこの端末を受け付けません。もう一度実行してください。"
            "それでもだめな場合は別の端末のコピーです。もう一度有効化してください。"
        ),
        "login_elsewhere": ("このQRコードのポータルのユーザーがこの端末にいません。authkey users で確認できます。"),
        "login_code": "ログイン用のQRコードです。authkey approve で読み取ってください。",
        "activation_code": "有効化コードです。authkey activate で読み取ってください。",
        "foreign_login": (
            "AuthSimのログイン用QRコードではありません。ポータルのログイン画面のQRコードを読み取ってください。"
        ),
        "one_source": ("読み取るものを一つ指定してください: authsim:// のテキスト、画像、-、--clipboard、--screen"),
        "need_number": "ポータルの画面に{digits}桁の番号があります。--number N で指定してください。",
        "bad_number": "ポータルの画面の番号は{digits}桁です。",
        # listening
        "listening": "{names} の通知を待っています。Enterで通知の一覧を開き、Ctrl-Cで終了します。",
        "listening_quietly": "{names} の通知を待っています。",
        "reached": "{user}: ポータルが再び応答しています。",
        "not_reached": "{user}: ポータルが応答しません。再試行しています。",
        "heard": "{user}: 「{effect}」のリクエスト、残り{seconds}秒",
        "heard_late": "{user}: 無効になったリクエスト",
        "heard_unseen": "{user}: リクエストが届きましたが、どこにも表示されません。authkey approve で確認できます。",
        "title": "IBKRモバイル",
        "notice": "{user} ({portal}): タップして{effect}",
        "notice_hidden": "通知",
        "tap": "Enterで開きます。",
        "badge": "IBKRモバイル: {count}",
        "banner_gone": "バナーが消えました。Enterで通知の一覧を開きます。",
        "later": "リクエストはまだ待っています。Enterで通知の一覧を開きます。",
        "no_notifications": "通知はありません。アプリにはリクエストがあるかもしれません: authkey approve",
        "authorize": "認証",
        "choices": "a 承認、d 拒否、w 心当たりがない、Enter 後で (残り{seconds}秒)",
        "left": "残り{seconds}秒です。",
        # the trading device
        "log_in": "ログイン",
        "two_factor": "二段階ログイン認証",
        "enter_response": "レスポンス・コード入力",
        "send_ios": "送信",
        "send_android": "ログイン",
        "trading": "{user} としてログインしました。",
        "trading_open": (
            "取引にセキュア・ログイン・システムは使われません。{user} は解約しているため、デバイスは求められません。"
            "制限されるもの: 出金、ピンクシートおよびOTCBB株式。"
            "解約のキャンセルはポータルで行います (ポータルではデバイスが必要です)。"
        ),
        "log_out": "Enterでログアウト",
        "need_response": (
            "ここでは入力できません。--response-stdin を付けて、標準入力からレスポンスを渡してください。"
        ),
        "malformed_response": "レスポンスストリングは8桁です。認証デバイスの表示どおりに入力してください。",
        "wrong_response": (
            "認証に失敗しました。最初からやり直してください。次のチャレンジコードには別のレスポンスが必要です。"
            "認証デバイスでは、ユーザーと各桁を確認してください。"
        ),
        "login_closed": "このログインは終了しました(時間切れ、または応答済み)。最初からやり直してください。",
        "no_active_device": (
            "このユーザーに応答できる端末がありません。ポータルにログインして有効化するか、"
            "Migrate IB Keyを選んでください。"
        ),
        # troubleshooting
        "look_app": "IBKRモバイルがインストールされている",
        "look_ib_key": "IB Keyが有効である",
        "look_internet": "Wi-Fiまたはモバイルデータ通信がOnである",
        "look_portal": "ポータルが応答する",
        "look_seamless": "ポータルでシームレス認証が有効である",
        "look_list": "画面や通知の一覧で隠れていない",
        "look_airplane": "機内モードがOffである",
        "look_do_not_disturb": "応答不可がOffである",
        "look_permission": "アプリの通知が許可されている",
        "not_asked": "確認していません(端末が今は問い合わせできません)",
        "prove": (
            "通知なしでの確認: ポータルにログインし、「チャレンジ／レスポンスでログイン」を選び、"
            "チャレンジコードに authkey respond で応答してください。"
        ),
        "challenge_or_none": "チャレンジコード、終了はEnter",
        "nothing_found": "通知を妨げるものは見つかりませんでした。",
        "cause_found": "原因: {sentence}",
        "seamless_off": (
            "ポータルで {user} の通知が無効になっています。設定 > セキュア・ログイン・システム > "
            "セキュア・ログイン設定で「シームレス認証」を有効にしてください。"
            "または authsim users seamless {user} on を実行してください。"
        ),
    }
)
