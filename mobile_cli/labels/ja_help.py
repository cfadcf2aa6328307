"""The pages of help in Japanese, up to `deny`; the key is the English text as its command gives it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "scan the QR code that the portal shows": "ポータルに表示されたQRコードを読み取る",
        "compute the response string": "レスポンスストリングを計算する",
        "one more user, by password and text message": "パスワードとSMSでユーザーを追加する",
        "A simulated phone with IB Key: activate a user, answer challenges. Not affiliated with any broker.": (
            "IB Keyの模擬電話機です。ユーザーを有効化し、チャレンジコードに答えます。いかなる証券会社とも関係あ"
            "りません。"
        ),
        "Nothing here is real: it answers AuthSim portals only.": (
            "実在するものは何もありません。AuthSimのポータルにだけ答えます。"
        ),
        (
            "Exit status: 0 done, 64 usage, 65 malformed, 69 portal unreachable, 74 input or output failed, 77 refused."
        ): "終了コード: 0 完了、64 使い方の誤り、65 形式の誤り、69 ポータル応答なし、74 入出力の失敗、77 拒否",
        "Show this and end.": "このヘルプを表示して終了します。",
        "Show the version and end.": "バージョンを表示して終了します。",
        "Folder of the phone.": "電話機のフォルダー",
        "env: AUTHKEY_HOME": "環境変数: AUTHKEY_HOME",
        "Language of labels.": "表示する言語",
        "env: AUTHKEY_LANG": "環境変数: AUTHKEY_LANG",
        "Make a new phone and choose its Passcode (iOS) or PIN (Android).": (
            "新しい電話機を作り、パスコード (iOS) またはPIN (Android) を決めます。"
        ),
        "Make a new phone.": "新しい電話機を作ります。",
        "Read the PIN or Passcode from a file.": "PINまたはパスコードをファイルから読みます。",
        "Read the PIN or Passcode from standard input.": "PINまたはパスコードを標準入力から読みます。",
        "Write one JSON object for a script.": "スクリプト用に一つのJSONオブジェクトを書きます。",
        "Whose phone.": "どのプラットフォームの電話機か",
        "Ask this portal for its key, show the fingerprint, and keep it.": (
            "このポータルの鍵を取得し、フィンガープリントを表示して保存します。"
        ),
        "classic: 4 to 6 digits. hardened: 6 to 64 characters that are not easy to guess.": (
            "classic: 4~6桁の数字。hardened: 推測されにくい6~64文字。"
        ),
        "IBKR Mobile is not installed on it yet.": "IBKRモバイルをまだインストールしていない状態にします。",
        "Its telephone number, where text messages go to.": "SMSが届く電話番号",
        "Scan the QR code that the portal shows: a text, a picture, a Session ID, or - for standard input.": (
            "ポータルに表示されたQRコードを読み取ります: テキスト、画像、Session ID、または標準入力の -。"
        ),
        (
            "Or register inside the app with --username, by a code that is sent to the mobile number on the account."
        ): "または --username を使い、口座に登録された携帯番号に届くコードでアプリ内から登録します。",
        "Scan the portal's QR code.": "ポータルのQRコードを読み取ります。",
        "Register with username, password and a code by text message.": (
            "ユーザー名、パスワード、SMSのコードで登録します。"
        ),
        "Scan what was copied.": "コピーした内容を読み取ります。",
        "Scan the screen.": "画面を読み取ります。",
        "Ask again for a reply that did not come.": "届かなかった返答をもう一度求めます。",
        "Where the portal is; the one that this phone knows.": (
            "ポータルのアドレス。省略すると、この電話機が知っているもの。"
        ),
        "Read the password from a file.": "パスワードをファイルから読みます。",
        "Read the texted code from standard input.": "SMSのコードを標準入力から読みます。",
        "Go on without asking.": "確認せずに進みます。",
        "What the portal's page calls this phone.": "ポータルの画面に表示される、この電話機の名前",
        "Add the user NAME: password, then the code that is sent to the mobile number on the account.": (
            "ユーザーNAMEを追加します: パスワード、次に口座に登録された携帯番号に届くコードを入力します。"
        ),
        "At the code, r asks for a new one. Any other phone of NAME is replaced by this one.": (
            "コードの入力で r と答えると新しいコードを求めます。NAMEのほかの電話機は、この電話機に交代します。"
        ),
        "Add a user by password and text message.": "パスワードとSMSでユーザーを追加します。",
        "Go on with what has no reply yet.": "返答がまだないものを続けます。",
        "Compute the response string to the challenge code that the trading device or the portal shows.": (
            "取引デバイスまたはポータルに表示されたチャレンジコードに対するレスポンスストリングを計算します。"
        ),
        "Answer a challenge code.": "チャレンジコードに答えます。",
        "For which user, when the phone answers for several.": "複数のユーザーがいる場合、どのユーザーか",
        "What it is for: log-in, add-device, secure-login, change-contact and so on.": (
            "目的: log-in、add-device、secure-login、change-contact など"
        ),
        "What Face ID or Touch ID finds (iOS).": "Face IDまたはTouch IDの結果 (iOS)",
        "Wait for notifications of all users of this phone, and show them as its settings let them be seen.": (
            "この電話機の全ユーザーへの通知を待ち、電話機の設定に応じて表示します。"
        ),
        (
            "At a terminal, Enter opens one: what is asked, from where, and Approve, Deny or It wasn't me. In "
            "a pipe each is one line, with --json one JSON object a line."
        ): (
            "端末ではEnterで開き、内容、接続元、承認・拒否・心当たりがない、を表示します。パイプでは一件一行、"
            "--json では一行一つのJSONオブジェクトです。"
        ),
        "Wait for notifications, and answer them.": "通知を待ち、答えます。",
        "Approve whatever is seen, unasked. For tests.": "見えたものをすべて尋ねずに承認します。テスト用です。",
        "End after the first request.": "最初のリクエストの後で終了します。",
        "Only for this user.": "このユーザーだけを対象にします。",
        "Approve the request that waits in the app; with a SOURCE, the login whose QR code it shows.": (
            "アプリで待っているリクエストを承認します。SOURCEがあれば、そのQRコードが示すログインを承認します。"
        ),
        (
            "What is asked, and from where, is shown first. Scanning alone approves nothing. What is more than "
            "a login is asked for by its effect, and then the security element once more; a script names it "
            "with --purpose, or says --yes."
        ): (
            "内容と接続元を先に表示します。読み取るだけでは何も承認されません。ログイン以外のものは、その結果を"
            "示して確認し、もう一度セキュリティ要素を求めます。スクリプトでは --purpose で指定するか、--yes を"
            "付けます。"
        ),
        "Approve a login, from its notification or its QR code.": "通知またはQRコードからログインを承認します。",
        "The number on the portal's page, where it shows one.": "ポータルの画面に表示された番号",
        "Deny the request that waits: its login ends. With --report, say as well that it was not yours.": (
            "待っているリクエストを拒否し、そのログインを終わらせます。--report を付けると、自分ではないことも"
            "報告します。"
        ),
        "Deny a login.": "ログインを拒否します。",
        "It wasn't me: somebody else knows the password.": "心当たりがない: 誰かがパスワードを知っています。",
        "Say what the phone shall do": "電話機に何をさせるか指定してください",
        "{problem}. Run {command} --help.": "{problem}。{command} --help を実行してください。",
    }
)
