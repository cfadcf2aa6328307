"""What `authkey` says, in Japanese: written, not translated word by word. Labels of the articles stand verbatim."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # what the phone's screens say
        "authenticate": "認証",
        "challenge": "チャレンジコード",
        "generate_ios": "パスコード作成",
        "generate_android": "レスポンスを作成",
        "response": "レスポンスストリング",
        "done": "完了",
        "active": "{user} の IB Key が有効になりました。",
        "element": "{element}",
        "element_ios": "パスコード",
        "element_android": "PIN",
        "new_element": "新しい{element}",
        "repeat_element": "{element}の再入力",
        "user": "ユーザー",
        "which_user": "ユーザー (1-{most})",
        "portal": "ポータル",
        "fingerprint": "フィンガープリント",
        "certificate": "証明書",
        "platform": "プラットフォーム",
        "home": "保存先",
        "tries": "残り試行回数",
        "users": "ユーザー",
        "pending": "有効化の途中",
        "purpose": "目的",
        "confirmation": (
            "QRコードを表示したページに、この確認コードを入力してください。ページがない場合は、次のログインの応答欄に入力します。"
            "別の電話をお使いの場合は、その電話で最初の6桁を入力します:"
        ),
        "waiting": "{user} の IB Key は確認を待っています。",
        # what a response is for
        "purpose_1": "ログイン",
        "purpose_2": "認証デバイスの追加または移行",
        "purpose_3": "セキュア・ログイン・システムの解約",
        "purpose_4": "テンポラリー・パスコードの発行",
        "purpose_5": "電話番号、パスワード、通知先の変更",
        "purpose_6": "IB Keyのリカバリー",
        "purpose_7": "デモ取引への署名",
        "purpose_8": "有効化の確認",
        "purpose_9": "セルフテスト",
        # what was done
        "made": "新しい{platform}の端末を {path} に用意しました。",
        "made_first": "端末がないため、このパスコードでiOSの端末を {path} に用意しました。",
        "put_aside": "返答のなかった以前の有効化は取り消しました。",
        "compare": "Session IDの下にあるフィンガープリントと同じか確認してください。",
        "compare_portal": (
            "ポータルのページの鍵と同じか確認してください。"
            "Session IDの下、または /mobile の「IB Keyの移行」にあります。"
        ),
        "compare_trust": "ポータルのSession IDの下にあるフィンガープリントと同じか確認してください。",
        "trusted": "この端末は {origin} を信頼します。",
        "no_users": "この端末にはまだユーザーがいません。authkey activate を実行してください。",
        "no_phone_yet": "{path} にはまだ端末がありません。authkey init または authkey activate を実行してください。",
        "wiped_state": "この端末は消去されました。authkey forget --yes の後に authkey init を実行してください。",
        "forgot_user": "{user} をこの端末から削除しました。",
        "forgot_phone": "{path} の端末を消去しました。",
        "forgot_portal": "{origin} をこの端末から削除しました。",
        "portal_unaware": "ポータル側で取り消すまで、この端末は有効なままです。",
        # questions
        "ask_continue": "同じですか。 [y/N]",
        "ask_purpose": "このレスポンスの目的は「{effect}」です。続けますか。 [y/N]",
        "ask_forget_user": "{user} をこの端末から削除しますか。 [y/N]",
        "ask_forget_phone": "この端末とすべてのユーザーを消去しますか。 [y/N]",
        "ask_forget_portal": "{origin} とそのすべてのユーザーをこの端末から削除しますか。 [y/N]",
        # usage
        "no_terminal": (
            "{element}の入力には端末(ターミナル)が必要です。--pin-file FILE または --pin-stdin を使ってください。"
        ),
        "need_phone_extra": (
            '全画面の電話機には追加パッケージが必要です。pip install "authsim[phone]" を実行してください。'
        ),
        "need_terminal": "全画面の電話機には端末が必要ですが、端末がありません。",
        "need_challenge": "チャレンジコードを指定してください: authkey respond CHALLENGE",
        "need_user": "この端末には複数のユーザーがいます。--user で指定してください: {names}",
        "need_yes": "ここでは確認できません。続けるには --yes を付けてください。",
        "need_source": (
            "読み取るものを一つ指定してください: authsim:// のテキスト、画像、Session ID、-、--clipboard、"
            "--screen、--resume"
        ),
        "need_portal": "Session IDだけではポータルが分かりません。--portal URL を付けてください。",
        "one_stdin": "標準入力を画像と{element}の両方には使えません。--pin-file FILE を使ってください。",
        "one_pin": "{element}の指定は一つだけです。--pin-file FILE か --pin-stdin のどちらかを使ってください。",
        "one_target": "ユーザーかポータルのどちらか一つを指定してください。",
        "no_tls": "証明書を示すのは https:// のポータルだけです。",
        "bad_origin": "ポータルは http://HOST:PORT の形で指定してください。",
        "bad_purpose": "このチャレンジコードの目的は「{effect}」です。",
        # malformed
        "malformed": "形式が正しくありません ({rule})。何も変更していません。",
        "bad_challenge": (
            "チャレンジコードではありません。6桁の数字です(hardenedのポータルでは10桁)。"
            "入力の間違いがないか、画面をもう一度確認してください。"
        ),
        "damaged": (
            "{path} の端末のデータが壊れています ({rule})。コピーから戻すか、"
            "authkey forget --yes で最初からやり直してください。"
        ),
        "no_code_seen": "画像の中にQRコードが見つかりません。近づけて撮り直すか、Session IDを入力してください。",
        "foreign_code": "AuthSimの有効化コードではありません。AuthSimのポータルのQRコードだけを読み取ってください。",
        "several_codes": "画像に有効化コードが複数あります。一つだけにしてください。",
        "svg": "これはSVGの図です。画面の画像(PNGまたはJPEG)を使うか、Session IDを入力してください。",
        "not_a_picture": "有効化コードでも、PNGやJPEGの画像でもありません。",
        "no_source": "{source} は authsim:// のテキストでもSession IDでもファイルでもありません。",
        "not_a_portal": "{origin} はAuthSimのポータルとして応答しません。アドレスを確認してください。",
        "not_a_certificate": "PEM形式の証明書一つではありません。ポータルは自分の証明書を tls.crt に保存しています。",
        "certificates_damaged": (
            "{path} の certificates.json が壊れています ({rule})。"
            "このファイルを削除し、ポータルの証明書をもう一度信頼してください。"
        ),
        # refused
        "wrong_pin": "{element}が違います。残り{left}回です。",
        "wrong_pin_one": "{element}が違います。残り1回です。次に間違えると端末は消去されます。",
        "wiped": (
            "この端末は消去されました(8回の誤入力、または device.key がありません)。"
            "authkey forget --yes の後に authkey init を実行してください。"
        ),
        "pin_classic": "{element}は4~6桁の数字です。",
        "pin_hardened": "この端末の{element}は6~64文字で、推測されにくいものにしてください。",
        "pin_differs": "二つの入力が一致しません。もう一度、二回入力してください。",
        "pin_too_weak": (
            "このポータルには強化PINの端末が必要です。"
            "authkey change-pin --pin-policy hardened で{element}を変更してください。"
        ),
        "not_trusted": (
            "ポータルの鍵が、この端末の知っているものと違います。ページのQRコードを直接読み取り、"
            "ポータルの管理者に確認してください。"
        ),
        "another_portal": (
            "この端末は {origin} に別のポータルを記憶しています。ポータルが作り直された場合は、"
            "authkey forget --portal {origin} でそのユーザーごと削除してください。"
            "心当たりがなければ、ポータルの管理者に確認してください。"
        ),
        "other_fingerprint": (
            "{origin} の鍵のフィンガープリントが違います。何も保存していません。ポータルの管理者に確認してください。"
        ),
        "untrusted_certificate": (
            "{origin} の証明書をこの端末は信頼していません。ポータル自身の証明書であれば、その tls.crt を使って "
            "authkey trust {origin} --certificate FILE を実行してください。"
        ),
        "no_such_portal": "この端末は {origin} を知りません。authkey status で確認できます。",
        "no_such_user": "{user} はこの端末にいません。authkey users で確認できます。",
        "nothing_pending": "途中の有効化はありません。authkey activate SOURCE でQRコードを読み取ってください。",
        "no_phone": "{path} に端末がありません。authkey init または authkey activate を実行してください。",
        "phone_exists": "{path} にはすでに端末があります。別の --home を使うか、authkey forget で消去してください。",
        "not_same": "中止しました。何も送信していません。",
        "stopped": "中止しました。何も変更していません。",
        "auth_failed": "エラーが発生しました。もう一度お試しください。",
        "auth_failed_why": (
            "このユーザーのIB Keyがすでに有効な場合: ポータルにログインしてください。通知が届き、"
            "それをタップしてログインできれば、することはありません。\n"
            "QRコードが一度使われたか期限切れの場合: ポータルからログアウトして再度ログインし、"
            "新しいQRコードを読み取ってください。"
        ),
        "public_address": (
            "{origin} はこのコンピューターにもプライベートネットワークにもありません。AuthSimのポータルではありません。"
        ),
        "unsafe_link": "{path} はシンボリックリンクです。本物のフォルダーやファイルを指定してください。",
        "unsafe_kind": "{path} は通常のフォルダーやファイルではありません。",
        "unsafe_owner": "{path} の所有者はあなたではありません。自分のフォルダーを使ってください。",
        "unsafe_mode": "{path} は他の人も読めます。chmod {mode} を実行してください。",
        # the world
        "unreachable": "{origin} が応答しません。ポータルの起動を確認して、もう一度お試しください。",
        "no_reply": (
            "{origin} から返答がありません。有効化は途中のまま保存しました。"
            "authkey activate --resume を実行してください。"
        ),
        "no_clipboard": "ここではクリップボードを読めません。画像を保存してファイル名を指定してください。",
        "no_screen": "ここでは画面を読めません。スクリーンショットを保存してファイル名を指定してください。",
        "refused": "拒否されました ({reason})。",
        "cannot_use": "{path}: {why}",
        "no_summary": "{path} の phone.json がないか壊れています。authkey respond を実行すると作り直されます。",
        "io": "{why}",
        "bug": "予期しないエラーです(参照 {reference})。秘密は含まれていないので、報告の際に伝えてください。",
    }
)
