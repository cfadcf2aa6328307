"""What the portal's own commands say: init, serve, users, audit, wipe."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "it was interrupted": "中断されました。",
        "the portal's command failed": "ポータルのコマンドが失敗しました。",
        "the portal's output cannot be read": "ポータルの出力を読めません。",
        "Python cannot be started: {why}": "Pythonを起動できません: {why}",
        (
            "another package named {name} stands in the way at {path}. Install AuthSim into an environment of "
            "its own, or take that folder out of PYTHONPATH"
        ): (
            "{path} に別のパッケージ {name} があります。AuthSimを専用の環境にインストールするか、そのフォルダー"
            "をPYTHONPATHから外してください。"
        ),
        "the package {name} is not installed. Install AuthSim whole: pip install authsim": (
            "パッケージ {name} がインストールされていません。AuthSim全体をインストールしてください: pip install authsim"
        ),
        "a language is en or ja: --lang en, --lang ja": "言語は en か ja です: --lang en、--lang ja",
        "stopped, nothing was changed": "中止しました。何も変更していません。",
        "{path} cannot be written: {why}": "{path} に書き込めません: {why}",
        "{count} events, chain intact, {hash}": "{count}件の出来事、つながりは完全です。{hash}",
        "{path} exists already and is not overwritten. Name a new file": (
            "{path} はすでにあり、上書きしません。新しいファイル名を指定してください。"
        ),
        "{problem}. Somebody wrote into the database beside the portal, or it was damaged: restore a copy": (
            "{problem}。ポータル以外からデータベースに書き込まれたか、壊れています。コピーから戻してください。"
        ),
        "The portal is set up. What comes next:": "ポータルの準備ができました。次の手順:",
        "an earlier init was interrupted here. The portal is complete now": (
            "以前の init が途中で止まっていました。ポータルは完成しました。"
        ),
        "there is no such profile. Use --profile {names}": (
            "そのプロファイルはありません。--profile {names} を使ってください。"
        ),
        "this database holds a portal already. Name another one": (
            "このデータベースにはすでにポータルがあります。別のものを指定してください。"
        ),
        "{place} holds a portal already. Name another place": (
            "{place} にはすでにポータルがあります。別の場所を指定してください。"
        ),
        (
            "{path} is a portal's key without its store. Bring the store back beside it, or remove the key if "
            "nothing was ever kept with it"
        ): (
            "{path} はデータベースのないポータルの鍵です。データベースを元の場所に戻すか、何も保存していなけれ"
            "ば鍵を削除してください。"
        ),
        "PostgreSQL needs one more package: pip install 'authsim[postgres]'": (
            "PostgreSQLには追加パッケージが必要です: pip install 'authsim[postgres]'"
        ),
        "a database URL begins with postgresql://. A directory is named with --data DIR": (
            "データベースURLは postgresql:// で始まります。ディレクトリは --data DIR で指定してください。"
        ),
        "a database URL needs the portal's own keys beside it. Name their file with --key-file F": (
            "データベースURLにはポータル自身の鍵が必要です。--key-file F で指定してください。"
        ),
        "the making of this portal was interrupted. 'authsim init {options}' completes it": (
            "このポータルの作成は途中で止まっています。'authsim init {options}' で完成します。"
        ),
        "the package {name} is missing. 'authsim doctor' says how to install it": (
            "パッケージ {name} がありません。インストール方法は 'authsim doctor' で確認できます。"
        ),
        "there is no portal at {place}. 'authsim init {options}' makes one": (
            "{place} にポータルがありません。'authsim init {options}' で作れます。"
        ),
        "this database URL cannot be read. It looks like postgresql://user@host/name": (
            "このデータベースURLは読めません。postgresql://user@host/name の形で指定してください。"
        ),
        (
            "this database URL holds a password, which the list of processes would show. Take it out, and use "
            "--database-password-file or ~/.pgpass"
        ): (
            "このデータベースURLにはパスワードが含まれ、プロセスの一覧から見えてしまいます。取り除いて、"
            "--database-password-file か ~/.pgpass を使ってください。"
        ),
        "which portal is meant? Name its directory with --data DIR": (
            "どのポータルですか。--data DIR でディレクトリを指定してください。"
        ),
        "{option} is given twice, with two values": "{option} に二つの違う値が指定されています",
        "the portal declines this: {reason}": "ポータルが拒否しました: {reason}",
        "this name is taken. Choose another one, or remove that user first": (
            "この名前はすでに使われています。別の名前にするか、先にそのユーザーを削除してください。"
        ),
        "there is no user of that name. See 'authsim users list'": (
            "その名前のユーザーはいません。'authsim users list' で確認してください。"
        ),
        "there is no such account. Add its primary user first, or name another one with --account": (
            "その口座はありません。先に主ユーザーを追加するか、--account で別の口座を指定してください。"
        ),
        "this user has no phone in use. There is nothing to suspend, resume or revoke": (
            "このユーザーには使用中の電話機がありません。停止、再開、取り消しの対象がありません。"
        ),
        "this user has an active phone. --replace revokes it and makes a code for a new one": (
            "このユーザーには有効な電話機があります。--replace で取り消し、新しい電話機用のコードを作ります。"
        ),
        "{path} cannot be read: {why}. Check the path": "{path} を読めません: {why}。パスを確認してください。",
        "{path} is not UTF-8 text. Put the password alone into it": (
            "{path} はUTF-8のテキストではありません。パスワードだけを書いてください。"
        ),
        "{path} holds more than one line. Put the password alone into it": (
            "{path} に複数の行があります。パスワードだけを書いてください。"
        ),
        (
            "somebody has to speak https for {origin}. If a proxy does, say how many stand before the portal: "
            "--proxies 1 (it has to send X-Forwarded-Proto and the Host it was asked for). Otherwise add --tls"
        ): (
            "{origin} のhttpsを受け持つものが必要です。プロキシが受け持つ場合は、その数を --proxies 1 のように"
            "指定してください (X-Forwarded-Proto と要求されたHostを送る必要があります)。そうでなければ --tls を"
            "付けてください。"
        ),
        "whoever reaches this portal reads the codes that it texts, at /inbox. --no-inbox closes it": (
            "このポータルに接続できる人は誰でも、SMSのコードを /inbox で読めます。--no-inbox で閉じられます。"
        ),
        "with --tls nobody reaches {origin}. Name an --origin that begins with https://": (
            "--tls では {origin} に接続できません。https:// で始まる --origin を指定してください。"
        ),
        "FLASK_DEBUG is set, and a portal never runs with a debugger. Unset it": (
            "FLASK_DEBUG が設定されています。ポータルはデバッガー付きでは動きません。設定を外してください。"
        ),
        "browsers and phones are told {origin}": "ブラウザと携帯電話には {origin} と伝えます。",
        "certificate {file}, SHA-256 {fingerprint}": "証明書 {file}、SHA-256 {fingerprint}",
        "the policy is chosen when a portal is made. Use --set with 'authsim init'": (
            "ポリシーはポータルの作成時に決まります。--set は 'authsim init' で使ってください。"
        ),
        "this demo store keeps the policy that it was made with. Leave --set out": (
            "このデモは作成時のポリシーを保ちます。--set を外してください。"
        ),
        "the profile is chosen when a portal is made. Use --profile with 'authsim init'": (
            "プロファイルはポータルの作成時に決まります。--profile は 'authsim init' で使ってください。"
        ),
        "this demo store keeps the profile that it was made with. Leave --profile out": (
            "このデモは作成時のプロファイルを保ちます。--profile を外してください。"
        ),
        "this portal is being served already. Stop that server first, or give it more --workers": (
            "このポータルはすでに公開中です。先にそのサーバーを止めるか、--workers を増やしてください。"
        ),
        "{place} holds other files. A demo takes an empty directory of its own": (
            "{place} には他のファイルがあります。デモには専用の空のディレクトリが必要です。"
        ),
        "{place} is a portal and no demo. 'authsim serve {options}' serves it": (
            "{place} はデモではなくポータルです。'authsim serve {options}' で公開できます。"
        ),
        "Remove {name} and everything that is theirs?": "{name} とそのすべてを削除しますか。",
        "The password is shown this once:": "パスワードの表示は今回だけです:",
        "The phone {label} answers for {name} no more.": "電話機 {label} は {name} の応答をしなくなりました。",
        "this portal was never served, so its address is not known. Name it with --origin URL": (
            "このポータルは公開されたことがなく、アドレスが分かりません。--origin URL で指定してください。"
        ),
        "{name} has a new password; all sessions have ended.": (
            "{name} のパスワードを変更しました。すべてのセッションは終了しました。"
        ),
        "{name} is locked. 'authsim users unlock {name}' lifts it.": (
            "{name} をロックしました。'authsim users unlock {name}' で解除できます。"
        ),
        "{name} is removed.": "{name} を削除しました。",
        "{name} is unlocked.": "{name} のロックを解除しました。",
        "entry {number} is not an object with a name. Correct it": (
            "項目{number}は name を持つオブジェクトではありません。修正してください。"
        ),
        "entry {number}: {problem}. Correct it": "項目{number}: {problem}。修正してください。",
        'the file holds no JSON list. It looks like [{"name": "alice"}]': (
            'ファイルにJSONのリストがありません。[{"name": "alice"}] の形で書いてください。'
        ),
        "the list is longer than 1 MB. Load it in parts": "リストが1 MBを超えています。分けて読み込んでください。",
        "the list is not JSON in UTF-8, or names a member twice. Correct it": (
            "リストがUTF-8のJSONでないか、同じメンバーが二度あります。修正してください。"
        ),
        "{problem}. The {before} added": "{problem}。{before}追加しました。",
        "1 user before it is": "その前の1人は",
        "{count} users before it are": "その前の{count}人は",
        "Logins of {name} are announced on the phone.": "{name} のログインは電話機に通知されます。",
        "Logins of {name} are not announced: a QR code or a challenge is left.": (
            "{name} のログインは通知されません。QRコードかチャレンジコードを使います。"
        ),
        "Nothing was texted to {number} yet.": "{number} にはまだSMSが届いていません。",
        "Switch notifications at login on or off for a user.": "ユーザーのログイン時の通知をオンまたはオフにします。",
        "The phone {label} answers for {name} again.": "電話機 {label} は再び {name} の応答をします。",
        "The phone {label} is suspended. 'authsim users resume {name}' resumes it.": (
            "電話機 {label} を停止しました。'authsim users resume {name}' で再開できます。"
        ),
        "{name} has no number, so nothing can be texted.": "{name} には番号がないため、SMSを送れません。",
        "Last events, newest first": "最近の出来事 (新しい順)",
        "There are no users yet. 'authsim users add NAME' adds one.": (
            "ユーザーはまだいません。'authsim users add NAME' で追加できます。"
        ),
        "{name} is added, {role} user of the account {account}.": (
            "{name} を口座 {account} の {role} ユーザーとして追加しました。"
        ),
        "{role} user of the account {account}": "口座 {account} の {role} ユーザー",
        "active on {label}": "有効 ({label})",
        "suspended on {label}": "停止中 ({label})",
        "pending on {label}": "確認待ち ({label})",
        "revoked on {label}": "取り消し済み ({label})",
        "replaced on {label}": "交代済み ({label})",
        "expired on {label}": "期限切れ ({label})",
        "never activated": "未有効化",
        "locked for {span}": "ロック中 (残り {span})",
        "account expired": "口座の期限切れ",
        "account": "口座",
        "locale": "言語",
        "mode": "種別",
        "name": "名前",
        "never": "なし",
        "none": "なし",
        "off": "オフ",
        "on": "オン",
        "phone": "電話",
        "role": "役割",
        "state": "状態",
        "notifications": "通知",
        "failed logins": "ログイン失敗",
        "open sessions": "セッション数",
        "active since": "有効化",
        "last used": "最終使用",
        "added": "追加",
        "expires": "期限",
        "Delete the portal in {place} for good?": "{place} のポータルを完全に削除しますか。",
        "The portal is deleted.": "ポータルを削除しました。",
        "The portal is deleted. {place} holds other files and stays.": (
            "ポータルを削除しました。{place} には他のファイルがあるため残します。"
        ),
        "a portal serves from {place}. Stop it first": "{place} のポータルは公開中です。先に止めてください。",
        "nobody can be asked here, and nothing was changed. Add --yes to go on": (
            "ここでは確認できないため、何も変更していません。続けるには --yes を付けてください。"
        ),
        "{place} is no data directory of AuthSim. Nothing was touched": (
            "{place} はAuthSimのデータディレクトリではありません。何も変更していません。"
        ),
        "this user has not opted out. There is nothing to take back": (
            "このユーザーは解約していません。取り消すものがありません。"
        ),
        "this user has opted out already. 'authsim secure NAME opt-in' takes it back": (
            "このユーザーはすでに解約しています。'authsim secure NAME opt-in' で取り消せます。"
        ),
        "where this user lives nobody may opt out: regulators there do not allow it": (
            "このユーザーの居住地域では、規制により解約できません。"
        ),
        "nobody": "いません",
        "not available in this region": "この地域では不可",
        "possible": "可能",
        "yes": "あり",
        "{name} is opted in: a device is asked for everywhere.": (
            "{name} は解約をキャンセルしました。どこでもデバイスを求めます。"
        ),
        "{name} is opted out: credentials alone open the trading device.": (
            "{name} は解約しました。ログイン情報だけで取引デバイスが開きます。"
        ),
        "a device at every login": "すべてのログインでデバイスを求めます",
        "opting out": "解約",
        "opted out for trading: credentials alone open the trading device": (
            "取引では解約済み: ログイン情報だけで取引デバイスが開きます"
        ),
        "secure login": "セキュア・ログイン",
        "opted out since": "解約日時",
        "lasting device": "恒久的なデバイス",
        "may change it": "変更できるユーザー",
        "{name} has no device to log in to the portal with. Activate one first, then opt out": (
            "{name} にはポータルにログインするデバイスがありません。先に有効化してから解約してください。"
        ),
        "--lab-token-file and --lab-seed belong to a lab. Add --lab, or leave them out": (
            "--lab-token-file と --lab-seed はラボのためのものです。--lab を付けるか、どちらも外してください。"
        ),
        "a lab moves the clock and acts for phones: it stays on loopback, behind no proxy": (
            "ラボは時計を動かし、電話機の代わりに操作します。ループバックだけで使え、プロキシの後ろには置けません。"
        ),
        (
            "a demo stays on this machine: everybody knows its users, and its keys may come from a seed."
            " Make a portal for others with 'authsim init'"
        ): (
            "デモはこのマシンの中だけで使います。登場人物は誰もが知っており、鍵がシードから作られていることもあるためです。"
            "ほかのマシン向けのポータルは 'authsim init' で作ってください。"
        ),
        (
            "this portal's record is ahead of the machine's clock, as after a lab: until that has come so far, time "
            "stands still here and nothing expires. Serve it with --lab, or make another portal"
        ): (
            "このポータルの記録は、ラボの後などのため、マシンの時計より先に進んでいます。時計が追いつくまで時間は止まり、"
            "何も期限切れになりません。--lab を付けて動かすか、別のポータルを作ってください。"
        ),
        "the lab is open to whoever holds the token in {path}": "{path} のトークンを持つ人はラボを使えます",
        "the lab does not take the cast into its beginning: {why}": (
            "登場人物をラボの初期状態に含められませんでした: {why}"
        ),
    }
)
