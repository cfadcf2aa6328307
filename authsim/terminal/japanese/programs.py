"""What is said of existing login programs: gateway, its folder, the demo of one, and the verdict."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Serve it to existing login programs too.": "既存のログインプログラムにも応答します。",
        "Serve one to existing login programs too.": "既存のログインプログラムにも応答するポータルを公開します。",
        "What a login program did wrong at a portal with a lab.": (
            "ログインプログラムの誤りを、ラボのあるポータルで数えます。"
        ),
        (
            "Serve a portal to existing login programs too: their session answers below /v1/api, on this machine alone."
        ): "既存のログインプログラムにも応答します。セッションは /v1/api の下で、このマシンだけが使えます。",
        "Answer existing login programs too, as 'authsim gateway' does.": (
            "'authsim gateway' のように、既存のログインプログラムにも応答します。"
        ),
        "Which markup a gateway's pages have: current (when nothing is said), 2022 or drift.": (
            "ゲートウェイのページの書き方。current (指定がない場合)、2022 または drift"
        ),
        "The seed of --page drift.": "--page drift の乱数の種",
        "Write the folder from which IBeam starts this gateway by itself, and end.": (
            "IBeamがこのゲートウェイを自分で起動するためのフォルダーを書き、終了します。"
        ),
        "What the process of a folder is found by.": "フォルダーから起動したプロセスを見つけるための語",
        "Answer existing login programs too, at port 5000 unless named.": (
            "既存のログインプログラムにも応答します (--port がなければ5000)。"
        ),
        "--page and --page-seed belong to a gateway. Add --gateway, or leave them out": (
            "--page と --page-seed はゲートウェイのためのものです。--gateway を付けるか、どちらも外してください。"
        ),
        "only markup that drifts has a seed. Add --page drift, or leave --page-seed out": (
            "種があるのは変化するマークアップだけです。--page drift を付けるか、--page-seed を外してください。"
        ),
        (
            "the session answers of a gateway need no token: it stays on loopback, behind no proxy. Leave "
            "--bind-private and --proxies out"
        ): (
            "ゲートウェイのセッションの応答にはトークンがいりません。そのためループバックだけで、プロキシなしで動き"
            "ます。--bind-private と --proxies を外してください。"
        ),
        "a gateway listens at 127.0.0.1 alone, where login programs look. Leave --host out": (
            "ゲートウェイは、ログインプログラムが探す 127.0.0.1 だけで待ち受けます。--host を外してください。"
        ),
        "a gateway is reached from this machine alone. Name an --origin on localhost, or leave it out": (
            "ゲートウェイにはこのマシンからだけ接続できます。localhost の --origin を指定するか、外してください。"
        ),
        (
            "login programs read the login of the classic profile, and this portal has the one of the hardened. "
            "Make another for them: 'authsim init --profile classic --data DIR'"
        ): (
            "ログインプログラムは classic プロファイルのログインを読みますが、このポータルは hardened のものです。"
            "別のポータルを作ってください: 'authsim init --profile classic --data DIR'"
        ),
        "login programs find it at {other} too, and the session below {address}/v1/api": (
            "ログインプログラムは {other} でも接続できます。セッションは {address}/v1/api の下にあります。"
        ),
        "give them users of this portal and no others: no real credentials belong here": (
            "このポータルのユーザーだけを使わせてください。本物の認証情報を入れてはいけません。"
        ),
        "a program has to know the port beforehand. Name one with --port": (
            "プログラムは先にポートを知る必要があります。--port で指定してください。"
        ),
        "{folder} holds something else, or its bin/run.sh was changed. Name a new folder": (
            "{folder} には別のものがあるか、bin/run.sh が書き換えられています。新しいフォルダーを指定してください。"
        ),
        "no folder can be made in {parent}: {why}. Name a place of your own": (
            "{parent} の中にフォルダーを作れません: {why}。自分で書き込める場所を指定してください。"
        ),
        "The gateway folder is ready. IBeam starts the portal from it with:": (
            "ゲートウェイのフォルダーができました。次の設定で、IBeamがここからポータルを起動します:"
        ),
        "Existing login programs, unmodified": "既存のログインプログラム (変更なし)",
        "They log in as {names} with the passwords above, never as yourself.": (
            "{names} として、上のパスワードでログインさせます。自分の認証情報は決して使わないでください。"
        ),
        "What they did wrong is told by:": "プログラムの誤りは次で分かります:",
        "IBeam finds the demo with these settings, and a process that it may end when a login fails:": (
            "IBeamは次の設定でデモを見つけます。先頭は、ログインに失敗したとき終了させてよいプロセスです:"
        ),
        "Keep that folder empty and for yourself: IBeam runs what lies in it, and hands it the password.": (
            "このフォルダーは自分専用にし、空のままにしてください。IBeamはその中にあるものを実行し、パスワードも渡します。"
        ),
        (
            "Say how often login programs asked for a second factor, failed and were refused, and if they would be "
            "locked out."
        ): "ログインプログラムが二段階目を何回求め、何回失敗し、断られたか、ロックされるかどうかを示します。",
        "The portal is served with --lab. What counts is its record, since it was made or last reset.": (
            "ポータルは --lab 付きで動いている必要があります。作られてから、または最後のリセットからの記録を数えます。"
        ),
        "Where the portal answers.": "ポータルのアドレス",
        "The portal's directory, with its token.": "トークンのある、ポータルのディレクトリ",
        "The lab's token elsewhere.": "別の場所にあるラボのトークン",
        "Of this user alone.": "このユーザーだけについて示します。",
        "the lab wants its token. Name either --data DIR or --lab-token-file F": (
            "ラボのトークンが必要です。--data DIR か --lab-token-file F のどちらか一つを指定してください。"
        ),
        "a lab is reached at an address of this machine, such as --address http://127.0.0.1:5000": (
            "ラボにはこのマシンのアドレスで接続します。例: --address http://127.0.0.1:5000"
        ),
        "{path} holds no token of a lab": "{path} にはラボのトークンがありません。",
        "{path} cannot be read: {why}": "{path} は読めません: {why}",
        "{path} is not there. The portal makes it when it is served with --lab": (
            "{path} がありません。ポータルを --lab 付きで動かすと作られます。"
        ),
        "the lab that answers there has another token. Name its own file": (
            "そこで応答するラボのトークンは別のものです。そのラボのファイルを指定してください。"
        ),
        "the portal at {address} has no lab. Serve it with --lab": (
            "{address} のポータルにはラボがありません。--lab を付けて動かしてください。"
        ),
        "the lab at {address} cannot say it now: status {status}": (
            "{address} のラボは今は答えられません: ステータス {status}"
        ),
        "nothing answers at {address}. Is the portal served there?": (
            "{address} から応答がありません。ポータルは動いていますか?"
        ),
        "Nobody was asked for a second factor, and no login was refused.": (
            "二段階目を求められた人も、断られたログインもありません。"
        ),
        "{name} was not asked for a second factor, and no login was refused.": (
            "{name} は二段階目を求められず、断られたログインもありません。"
        ),
        "second-factor requests": "二段階目の要求",
        "asked again while one was open": "要求が開いている間の再要求",
        "most within an hour: {count}": "最多で1時間に{count}件",
        "attempts that came too soon": "早すぎた試み",
        "lock-outs": "ロック",
        "your client would have locked the account after {seconds} seconds": (
            "クライアントは {seconds} 秒でアカウントをロックしていました。"
        ),
        "{failures} failed logins within {hours} hours lock an account.": (
            "{hours}時間以内に{failures}回失敗すると、アカウントはロックされます。"
        ),
    }
)
