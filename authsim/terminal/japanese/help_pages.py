"""The pages of help."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AuthSim, a flight simulator for two-factor login. AuthSim is not affiliated with any broker.": (
            "AuthSimは二段階ログイン認証のフライトシミュレーターです。いかなる証券会社とも関係ありません。"
        ),
        "A portal with a cast of users, ready to be played with.": (
            "登場人物のそろったポータルを、すぐ試せる状態で起動します。"
        ),
        "Play every flow end to end by itself, one line each.": (
            "すべての流れを自動で最後まで実行し、一行ずつ報告します。"
        ),
        "Make a portal that stays.": "保存されるポータルを作ります。",
        "Serve it on loopback.": "ループバックで公開します。",
        "Add, show, unlock and remove its users.": "ユーザーの追加、表示、ロック解除、削除。",
        "Verify and export the record of all that happened.": "すべての出来事の記録を検証し、書き出します。",
        "Delete it.": "削除します。",
        "Take the secrets out of a HAR file, whoever recorded it.": (
            "どこで記録したHARファイルからでも秘密を取り除きます。"
        ),
        "Check the installation and say what to do.": "インストールを点検し、対処を示します。",
        "a portal, a cast, and what to type in the second terminal": "ポータルと登場人物、端末で入力するもの",
        "all flows by themselves, about a minute": "すべての流れを自動で、約1分",
        "a portal that stays": "保存されるポータル",
        "Language of what is said.": "表示する言語",
        ("Serve a portal with a cast of users, and say who can log in and what to type in the second terminal."): (
            "登場人物のそろったポータルを公開し、誰がログインできるか、もう一つの端末で何を入力するかを表示します。"
        ),
        "0 picks a free one.": "0 なら空いているものを選びます。",
        "Change one number of the policy.": "ポリシーの数値を一つ変えます。",
        "Describe the demo as one JSON object, once it is ready.": (
            "準備ができたデモを一つのJSONオブジェクトで表します。"
        ),
        "Give the cast of a kept demo new passwords and show them.": (
            "保存したデモの登場人物に新しいパスワードを付けて表示します。"
        ),
        "Keep the demo here; otherwise it is deleted.": "デモをここに保存します。なければ終了時に削除します。",
        "Check the installation and say what to do. Exit 0 when AuthSim is usable.": (
            "インストールを点検し、対処を示します。AuthSimが使えれば終了コードは0です。"
        ),
        "Check this directory for a portal as well.": "ポータル用のこのディレクトリも点検します。",
        "One JSON object.": "一つのJSONオブジェクトで出力します。",
        "The port to try.": "試すポート番号",
        "One JSON object at the end.": "最後に一つのJSONオブジェクトで出力します。",
        "Play every flow end to end, in temporary stores. Exit 0 only if all of them hold.": (
            "一時的な保存先ですべての流れを最後まで実行します。すべて成り立つときだけ終了コードは0です。"
        ),
        "Keep and serve a portal of AuthSim.": "AuthSimのポータルを管理し、公開します。",
        "Make a portal that stays: keys, store and identity.": (
            "保存されるポータルを作ります (鍵、データベース、識別情報)。"
        ),
        "Serve a portal on loopback.": "ポータルをループバックで公開します。",
        "Add, show, unlock and remove users.": "ユーザーの追加、表示、ロック解除、削除。",
        "Delete a portal's data directory.": "ポータルのデータディレクトリを削除します。",
        "A new file, mode 0600.": "新しいファイル (モード0600)",
        "Look at the record of all that happened: append-only, and each row tied to all before it.": (
            "すべての出来事の記録を見ます。追記のみで、各行はそれまでのすべての行と結び付いています。"
        ),
        "Follow the chain from the first row to the last.": "最初の行から最後の行までつながりをたどります。",
        (
            "Exit 0: whole. Exit 77: a row was changed or is missing. Exit 65: a row cannot be read. Whoever "
            "can write the database could forge all of it anew: keep the hash that is printed somewhere else, "
            "and compare."
        ): (
            "終了コード 0: 完全。77: 行の変更または欠落。65: 読めない行。データベースに書き込める人は全体を偽造"
            "できます。表示されるハッシュ値を別の場所に保存し、比べてください。"
        ),
        "Write the record as JSON lines, oldest first. It holds no secrets, but who did what from where.": (
            "記録を古い順にJSONの行で書き出します。秘密は含みませんが、誰がどこから何をしたかが分かります。"
        ),
        "Make a portal: its keys, its store and its identity.": "ポータルを作ります: 鍵、データベース、識別情報。",
        "Which set of rules the portal follows.": "ポータルが従う規則の種類",
        "A libpq password file, like ~/.pgpass.": "~/.pgpass のようなlibpqのパスワードファイル",
        "The portal's own keys, beside a database.": "データベースと組になる、ポータル自身の鍵",
        "A PostgreSQL database in place of a directory.": "ディレクトリの代わりに使うPostgreSQLデータベース",
        "The portal's directory.": "ポータルのディレクトリ",
        "Serve a portal. It says when it answers, and ends on Ctrl-C.": (
            "ポータルを公開します。応答を始めると知らせ、Ctrl-Cで終了します。"
        ),
        "Allow an address of a private network or container.": (
            "プライベートネットワークやコンテナのアドレスを許可します。"
        ),
        "How browsers and phones reach the portal, when it is not the address itself.": (
            "ブラウザや携帯電話から見たポータルのアドレス (待ち受けるアドレスと違う場合)"
        ),
        "One line for each answer on stderr, without queries.": (
            "応答ごとに一行を標準エラー出力に書きます (クエリなし)。"
        ),
        "Processes; needs authsim[server].": "プロセス数。authsim[server] が必要です。",
        "Set an empty directory up as a demo store.": "空のディレクトリをデモ用に準備します。",
        "Show the simulated texts of all users at /inbox.": "全ユーザーの模擬SMSを /inbox で表示します。",
        "default: only while nobody but this machine reaches it": "既定値: このコンピューターだけが接続できる間",
        "Speak https with a self-signed certificate; needs authsim[server].": (
            "自己署名証明書でhttpsを使います。authsim[server] が必要です。"
        ),
        "The address to listen at.": "待ち受けるアドレス",
        "Trusted proxies before the portal.": "ポータルの前にある信頼できるプロキシの数",
        "With --demo.": "--demo と一緒に使います。",
        "Delete a user and all that is theirs; the record keeps what happened. Asks first at a terminal.": (
            "ユーザーとそのすべてを削除します。出来事の記録は残ります。端末では先に確認します。"
        ),
        "Do not ask.": "確認しません。",
        "How phones reach the portal, when it was never served.": (
            "ポータルをまだ公開したことがない場合の、携帯電話から見たアドレス"
        ),
        "Lift a lock-out and forget the failures that led to it.": "ロックを解除し、その原因となった失敗を忘れます。",
        "Lock a user, as too many failed logins would.": (
            "ログインの失敗が重なったときと同じようにユーザーをロックします。"
        ),
        "Print a fresh activation URI, alone on stdout. It works once.": (
            "新しい有効化URIだけを標準出力に書きます。一度だけ使えます。"
        ),
        "Replace a password and end the user's sessions. A generated one is printed once, alone on stdout.": (
            "パスワードを置き換え、ユーザーのセッションを終わらせます。生成したパスワードは一度だけ、標準出力に"
            "単独で書きます。"
        ),
        "Revoke the active phone first.": "先に有効な電話機を取り消します。",
        "Take a user's phone out of use for good; the next login offers a fresh QR code.": (
            "ユーザーの電話機を永久に使えなくします。次のログインで新しいQRコードが表示されます。"
        ),
        "Without it one is generated and printed.": "省略すると生成して表示します。",
        "Add the users of a JSON list, in its order; print what was made, with generated passwords, once.": (
            "JSONのリストにあるユーザーを順に追加し、結果を生成したパスワードとともに一度だけ表示します。"
        ),
        (
            "Each entry has a name, and may have password, role, account, locale, region, phone, paper, "
            "locked, opted_out, texts, authenticator and activation."
        ): (
            "各項目には name が必要です。password、role、account、locale、region、phone、paper、locked、"
            "opted_out、texts、authenticator、activation は任意です。"
        ),
        "Suspend a user's phone: it answers nothing until it is resumed.": (
            "ユーザーの電話機を停止します。再開するまで何にも応答しません。"
        ),
        "Resume a user's suspended phone.": "停止したユーザーの電話機を再開します。",
        "One JSON list.": "一つのJSONリストで出力します。",
        "Show the texts that a user's number received, oldest first, codes included.": (
            "ユーザーの番号に届いたSMSを、コードも含めて古い順に表示します。"
        ),
        "Add, show, unlock and remove the users of a portal.": "ポータルのユーザーの追加、表示、ロック解除、削除。",
        "A fictional number: +1 AAA 555 01XX or +44 7700 900XXX.": "架空の番号: +1 AAA 555 01XX または +44 7700 900XXX",
        "The primary user whose account it is; a secondary's default is the first.": (
            "口座の主ユーザー。副ユーザーの既定値は最初の主ユーザーです。"
        ),
        "A paper-trading user.": "ペーパートレード用のユーザー",
        "Add a user. A generated password is printed once, alone on stdout.": (
            "ユーザーを追加します。生成したパスワードは一度だけ、標準出力に単独で書きます。"
        ),
        "List all users with their state.": "全ユーザーを状態とともに一覧表示します。",
        "Show one user: facts, phone, lock-out, and the last events with their full reasons.": (
            "一人のユーザーを表示します: 基本情報、電話機、ロック、最近の出来事とその理由。"
        ),
        (
            "Delete a portal: its keys first, then its store, a demo's phones, and the directory when it is empty then."
        ): ("ポータルを削除します: 鍵、データベース、デモの電話機の順に、最後に空になればディレクトリも削除します。"),
        "Opt a user out of the secure login system for trading, or in again.": (
            "取引でのセキュア・ログイン・システムの解約と解約のキャンセル。"
        ),
        ("Opt a user out of the secure login system for trading or in again, at once; or show how the user stands."): (
            "ユーザーの取引でのセキュア・ログイン・システムを直ちに解約またはその解約をキャンセルするか、現在の状態を表示します。"
        ),
        "The portal asks for a device all the same.": "ポータルでは変わらずデバイスを求めます。",
        "Where they live: US, HK, IN, JP ...": "居住地域: US、HK、IN、JP など",
        "Replace OUT when it exists already.": "OUT がすでにあれば置き換えます。",
        ("Take cookies, tokens, passwords, codes and bodies out of a HAR file of any browser. FILE: - reads stdin."): (
            "どのブラウザのHARファイルからも、Cookie、トークン、パスワード、コード、本文を取り除きます。FILE が"
            " - なら標準入力を読みます。"
        ),
        "The report as one JSON object, on stderr.": "報告を一つのJSONオブジェクトとして標準エラー出力に書きます。",
        "Write here, readable by you alone.": "書き込み先。本人だけが読めるファイルになります。",
        "Open the lab API: clock, faults, phones. Loopback only.": (
            "ラボAPI (時計、障害、電話機) を開きます。このマシンの中だけです。"
        ),
        "The lab's token; made when it is not there.": "ラボのトークン。なければ作ります。",
        "Let all chance repeat, the keys of a new demo too.": "新しいデモの鍵も含め、乱数をすべて再現します。",
        "Play, record and compare runs that are files.": "ファイルに書かれた実行を再生、記録、比較します。",
        "Runs as files: users, phones, faults, steps, and the story that must come of them.": (
            "ファイルに書かれた実行です。ユーザー、電話機、障害、手順と、そこから生じるべき経過。"
        ),
        "play it, and say what does not hold": "再生し、成立しないものを示します",
        "the same for CI": "CI向けの同じ実行",
        "Play scenarios; exit status 0 only if all of them hold.": (
            "シナリオを再生します。すべて成立したときだけ終了ステータスは0です。"
        ),
        "Say where two runs part.": "二つの実行がどこで分かれるかを示します。",
        "Print the JSON Schema of a scenario file.": "シナリオファイルのJSON Schemaを出力します。",
        "Print the JSON Schema (draft 2020-12) of a scenario file, for editors and for whoever makes such files.": (
            "シナリオファイルのJSON Schema (draft 2020-12) を、エディターやファイルを作る人のために出力します。"
        ),
        "Play scenarios, each from a reset world. Exit status 0 only if all of them hold, 1 when one does not.": (
            "シナリオを、それぞれ初期状態から再生します。すべて成立すれば終了ステータス0、一つでも成立しなければ1です。"
        ),
        "Write JUnit XML here, for CI.": "CI向けのJUnit XMLをここに書き出します。",
        "Write the stories of all runs here.": "すべての実行の経過をここに書き出します。",
        "Play at this portal of this machine, which has a lab.": "ラボのある、このマシンのポータルで再生します。",
        "The token of its lab.": "そのラボのトークン。",
        "Let all chance repeat, in every file.": "すべてのファイルで、偶然を毎回同じにします。",
        "Say where two runs part: A and B are files of 'run --events', or scenarios, which are played now.": (
            "二つの実行がどこで分かれるかを示します。AとBは 'run --events' のファイルか、いま再生されるシナリオです。"
        ),
        "Instants and numbers are not compared: they differ in any two runs without a seed. "
        "Exit status 0 when both tell the same, 1 when they part.": (
            "時刻と番号は比べません。シードのない二つの実行では必ず異なるからです。"
            "同じ経過なら終了ステータス0、分かれれば1です。"
        ),
        "Write down as a scenario what happens at a portal.": "ポータルでの出来事をシナリオとして書き留めます。",
        "Write down as a scenario what happens at a portal until Ctrl-C: logins, answers of phones, activations, "
        "faults.": (
            "Ctrl-Cまでのポータルでの出来事を、シナリオとして書き留めます。"
            "ログイン、電話機の応答、有効化、障害が対象です。"
        ),
        "Without --portal a portal is begun for it. Virtual phones stand in the file for what people held.": (
            "--portal を省くと、そのためのポータルを始めます。"
            "ファイルの中では、人が持っていた電話機の代わりに仮想の電話機を使います。"
        ),
        "Write it here.": "ここに書き出します。",
        "Replace FILE when it exists already.": "FILEがすでにあれば置き換えます。",
        "What the scenario is called.": "シナリオの題名。",
        "Watch this portal of this machine, which has a lab.": "ラボのある、このマシンのポータルを見守ります。",
    }
)
