"""What demo, tour and doctor say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Japanese pages, never activated": "日本語のページ、未有効化",
        "active on an Android phone": "Androidの電話機で有効",
        "active on an iPhone": "iPhoneで有効",
        "locked, even with the right password": "正しいパスワードでもロック中",
        "never activated: a first login, with the QR code": "未有効化: QRコードを使う最初のログイン",
        "paper trading: turn the switch on, active on an Android phone": (
            "ペーパートレード: スイッチをオンに。Androidの電話機で有効"
        ),
        "secondary user of bruno's account, second user on bruno's phone": (
            "brunoの口座の副ユーザー、brunoの電話機の二人目のユーザー"
        ),
        "the phone {name} could not be made": "電話機 {name} を作れませんでした",
        "the phone of {name} could not be activated": "{name} の電話機を有効化できませんでした",
        "{problem}: authkey: {said}": "{problem}: authkey: {said}",
        "Making the cast, a few seconds ...": "登場人物を準備しています。数秒かかります ...",
        "the portal has ended by itself. Start the demo again": (
            "ポータルが終了しました。デモをもう一度始めてください。"
        ),
        "{path} is no directory. Name an empty one, or leave --data out": (
            "{path} はディレクトリではありません。空のディレクトリを指定するか、--data を省いてください。"
        ),
        "--new-passwords gives them new ones.": "--new-passwords で新しいパスワードになります。",
        "1. In a second terminal, let the phone wait for notifications:": (
            "1. もう一つの端末で、電話機に通知を待たせます:"
        ),
        "1. Open {address} and log in with the password above. The page shows a QR code.": (
            "1. {address} を開き、上のパスワードでログインします。QRコードが表示されます。"
        ),
        "2. Copy the Session ID under it, and in a second terminal make a phone of it:": (
            "2. その下のSession IDをコピーし、もう一つの端末で電話機を作ります:"
        ),
        "2. Log in. Enter opens the notification, a approves it, and the page goes on by itself.": (
            "2. ログインします。Enterで通知を開き、aで承認すると、ページが自動で進みます。"
        ),
        "3. Press 'Sign in with your phone'. A notification goes to the phone; approve it:": (
            "3.「スマートフォンでサインイン」を押します。電話機に通知が届くので承認します:"
        ),
        "A first login, as {name}": "最初のログイン ({name})",
        "A login with a phone that is active already, as {name}": "有効な電話機でのログイン ({name})",
        "Beside it": "そのほか",
        "Ctrl-C ends the demo and deletes it.": "Ctrl-Cでデモを終了し、削除します。",
        "Ctrl-C ends the demo. It is kept in {place}.": "Ctrl-Cでデモを終了します。{place} に残ります。",
        "Or choose 'Log in with Challenge/Response' on the page, and type what the phone answers:": (
            "または、ページの「チャレンジ／レスポンスでログイン」を選び、電話機の答えを入力します:"
        ),
        "Phones that are active": "有効な電話機",
        "Who can log in": "ログインできるユーザー",
        "a trading device": "取引デバイス",
        "as it was printed before": "以前に表示したとおり",
        "texts to these users": "ユーザー宛てのSMS",
        "the phone full screen": "全画面の電話機",
        "{name}'s texts": "{name} 宛てのSMS",
        'The last one needs an extra: pip install "authsim[phone]"': (
            '最後のものには追加パッケージが必要です: pip install "authsim[phone]"'
        ),
        "users": "ユーザー",
        "platform": "プラットフォーム",
        "home": "保存先",
        "PIN file": "PINファイル",
        "{count} of {total} hold, in {seconds} s.": "{total}件中{count}件が成立しました ({seconds}秒)。",
        "holds": "成立",
        "fails": "不成立",
        "ok": "正常",
        "note": "注意",
        "wrong": "異常",
        "AuthSim is usable.": "AuthSimは使えます。",
        "AuthSim is not usable yet. See the lines marked wrong.": (
            "AuthSimはまだ使えません。「異常」の行を見てください。"
        ),
        "A picture file, '-' or the Session ID works without one.": (
            "なくても、画像ファイル、'-'、Session IDが使えます。"
        ),
        "A portal never runs so: unset it.": "このままではポータルは動きません。設定を外してください。",
        "AuthSim needs Python 3.11 or newer.": "AuthSimにはPython 3.11以降が必要です。",
        "AuthSim needs SQLite 3.37 or newer.": "AuthSimにはSQLite 3.37以降が必要です。",
        "Choose a folder on a local disk that you may write, with --data or TMPDIR.": (
            "--data または TMPDIR で、書き込めるローカルディスクのフォルダーを選んでください。"
        ),
        "FLASK_DEBUG is set": "FLASK_DEBUG が設定されています",
        "Install AuthSim again, into an environment of its own: pip install authsim": (
            "AuthSimを専用の環境にインストールし直してください: pip install authsim"
        ),
        "Install zxing-cpp and pillow again. Until then, type the Session ID.": (
            "zxing-cppとpillowをインストールし直してください。それまではSession IDを入力してください。"
        ),
        "QR reader": "QRリーダー",
        "They lie in {place}.": "{place} にあります。",
        "a QR code that was just drawn could not be read": "描いたばかりのQRコードを読めませんでした",
        "all {count} can be imported": "{count}個すべて読み込めます",
        "authsim and authkey are on the PATH": "authsimとauthkeyはPATHにあります",
        "clipboard": "クリップボード",
        "commands": "コマンド",
        "debugger": "デバッガー",
        "temp folder": "一時フォルダー",
        "data": "データ",
        "installed, for {use}": "インストール済み ({use} 用)",
        "missing or broken: {names}": "ないか壊れています: {names}",
        "no tool for '{command}'": "'{command}' 用のツールがありません",
        "not installed, needed for {use}": "インストールされていません ({use} に必要)",
        "not on the PATH: {names}": "PATHにありません: {names}",
        "packages": "パッケージ",
        "port": "ポート",
        "reads what it draws": "描いたものを読めます",
        "screen": "画面",
        "{folder} can hold a store": "{folder} に保存できます",
        "{folder} cannot hold a store: {why}": "{folder} には保存できません: {why}",
        "{port} is free": "{port} は空いています",
        "Stop what listens there, or use --port 0, which picks a free one.": (
            "そのポートを使うものを止めるか、空きを選ぶ --port 0 を使ってください。"
        ),
        "{port} is taken": "{port} は使用中です",
        "{tool}, for '{command}'": "{tool} ('{command}' 用)",
        "serve --workers and --tls": "serve の --workers と --tls",
        "login codes by text, no phone yet": "SMSのログインコード、電話機はまだなし",
        "opted out for trading: credentials alone open the trading device, second user on chiara's phone": (
            "取引では解約済み: ログイン情報だけで取引デバイスが開く。chiaraの電話機の二人目のユーザー"
        ),
        "several second factors: an authenticator app, and IB Key as second user on greta's phone": (
            "複数の第二要素: 認証アプリ、gretaの電話機の二人目のユーザーとしてのIB Key"
        ),
        "the help desk: unlocks, suspends, issues passcodes at /desk, third user on bruno's phone": (
            "ヘルプデスク: /desk でロック解除、停止、テンポラリー・パスコードの発行。brunoの電話機の三人目のユーザー"
        ),
        "--replace goes with --output. See 'authsim har --help'": (
            "--replace は --output と一緒に使います。'authsim har --help' を参照してください。"
        ),
        "Nothing had to be taken out.": "取り除くものはありませんでした。",
        "Read: {bytes} bytes, pages: {pages}, requests: {requests}.": (
            "読み取り: {bytes}バイト、ページ数 {pages}、リクエスト数 {requests}"
        ),
        "Taken out: {count}.": "取り除いたもの: {count}件",
        "The clean file is {path}.": "取り除いた後のファイルは {path} です。",
        "The clean file replaced {path}.": "取り除いた後のファイルで {path} を置き換えました。",
        "Kept: method, scheme, path without ids, status, times, types, sizes, and the names of headers.": (
            "残したもの: メソッド、スキーム、IDを除いたパス、ステータス、時刻、種類、サイズ、ヘッダー名"
        ),
        "and {count} more": "ほか{count}件",
        "what stands on stdin": "標準入力の内容",
        "{path} exists already and is not overwritten. Name another file, or add --replace": (
            "{path} はすでにあり、上書きしません。別のファイルを指定するか、--replace を付けてください。"
        ),
        "{path} is no HAR file that can be read: {why}": "{path} は読み取れるHARファイルではありません: {why}",
        "the help desk": "ヘルプデスク",
        "{name}'s authenticator app": "{name} の認証アプリ",
        "--portal and --lab-token-file go together. Name both, or neither": (
            "--portal と --lab-token-file は一緒に使います。両方を指定するか、どちらも省いてください。"
        ),
        "{path} holds no stories. 'authsim scenario run FILE --events F' writes such a file": (
            "{path} に経過はありません。'authsim scenario run FILE --events F' がそのファイルを書き出します。"
        ),
        "Both tell the same, in {count} entries.": "どちらも同じ経過です ({count}件)。",
        "They part at entry {number}.": "{number}件目で分かれます。",
        "Ctrl-C ends the recording and writes it.": "Ctrl-Cで記録を終え、書き出します。",
        "{count} steps are written to {path}.": "{count}個の手順を {path} に書き出しました。",
        "Names and passwords of who can log in. A phone: authkey activate, with the Session ID that the page shows.": (
            "ログインできるユーザーの名前とパスワードです。"
            "電話機は、画面のSession IDを使い authkey activate で作ります。"
        ),
    }
)
