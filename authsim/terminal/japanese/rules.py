"""What the core, the store and the operating system say through a command."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "{path}: {why}. Check the path and its permissions": "{path}: {why}。パスと権限を確認してください。",
        "{why}. Check the path and its permissions": "{why}。パスと権限を確認してください。",
        "something unforeseen happened, reference {reference}. 'authsim doctor' checks the installation": (
            "予期しないエラーです (参照 {reference})。'authsim doctor' でインストールを点検できます。"
        ),
        "no such file or directory": "ファイルやディレクトリがありません",
        "permission denied": "権限がありません",
        "is a directory": "ディレクトリです",
        "not a directory": "ディレクトリではありません",
        "file exists": "すでにあります",
        "no space left on device": "ディスクに空きがありません",
        "read-only file system": "読み取り専用のファイルシステムです",
        "address already in use": "アドレスは使用中です",
        "too many levels of symbolic links": "シンボリックリンクはたどりません",
        "a policy setting is NAME=VALUE with one of: {names}": (
            "ポリシーは NAME=VALUE の形で、次のいずれかを指定してください: {names}"
        ),
        "{name} takes a whole number from {least} to {most} ({unit})": (
            "{name} は{least}から{most}までの整数です (単位 {unit})"
        ),
        "a member is not known. Known are {names}": "不明なメンバーがあります。使えるのは {names} です",
        "{member} is a text": "{member} は文字列です",
        "{member} is true or false": "{member} は true か false です",
        "role is primary, secondary or help_desk": "role は primary、secondary、help_desk のいずれかです",
        "a user name is 3 to 32 of a-z, 0-9 and '-', and begins with a letter": (
            "ユーザー名は a-z、0-9、'-' の3~32文字で、英字で始まります。"
        ),
        "a locale is one of: {names}": "言語は次のいずれかです: {names}",
        "a region is an ISO 3166-1 code of two capital letters, such as US, HK or IN": (
            "地域は US、HK、IN のようなISO 3166-1の英大文字2文字です。"
        ),
        "a telephone number is fictional: +1 AAA 555 01XX or +44 7700 900XXX": (
            "電話番号は架空のものです: +1 AAA 555 01XX または +44 7700 900XXX"
        ),
        "a password has {least} to {most} characters": "パスワードは{least}~{most}文字です。",
        "that password is one of those that are tried first: choose another": (
            "そのパスワードは最初に試されるものの一つです。別のものを選んでください。"
        ),
        "an origin is scheme://host[:port] in lower case, and nothing else": (
            "オリジンは小文字の scheme://host[:port] だけで指定してください。"
        ),
        (
            "{host} is neither on loopback nor on a private network. A simulator never answers there, and "
            "nothing overrides this"
        ): (
            "{host} はループバックにもプライベートネットワークにもありません。シミュレーターはそこでは決して応"
            "答せず、変更する方法もありません。"
        ),
        ("{host} is reached by other machines. A portal stays on loopback; --bind-private says that you mean it"): (
            "{host} には他のコンピューターから接続できます。ポータルは通常ループバックに留まります。意図してい"
            "れば --bind-private を付けてください。"
        ),
        "{host} is reached by other machines, so the portal has to speak TLS there. Add --tls": (
            "{host} には他のコンピューターから接続できるため、TLSが必要です。--tls を付けてください。"
        ),
        (
            "{address} means every network of this machine. Name one address; inside a container, "
            "--bind-private allows it"
        ): (
            "{address} はこのコンピューターのすべてのネットワークを指します。アドレスを一つ指定してください。コ"
            "ンテナの中では --bind-private で許可されます。"
        ),
        (
            "this container does not tell which addresses it has, so nobody knows who would reach {address}. "
            "Name one address"
        ): (
            "このコンテナのアドレスが分からないため、{address} に誰が接続できるか分かりません。アドレスを一つ指"
            "定してください。"
        ),
        (
            "{address} would answer on an address beyond private networks. A simulator never answers there, "
            "and nothing overrides this"
        ): (
            "{address} はプライベートネットワークの外でも応答します。シミュレーターはそこでは決して応答せず、変"
            "更する方法もありません。"
        ),
        "no address is known for {host}. Give an address such as 127.0.0.1": (
            "{host} のアドレスが分かりません。127.0.0.1 のようなアドレスを指定してください。"
        ),
        "a host address must be one of a private network: 10/8, 172.16/12, 192.168/16 or fc00::/7": (
            "ホストのアドレスはプライベートネットワークのものに限ります: 10/8、172.16/12、192.168/16、fc00::/7"
        ),
        "a host is a name or a private address, without scheme and port": (
            "ホストは名前かプライベートアドレスです (スキームとポートは不要)。"
        ),
        "a simulator does not answer to a name that resembles a broker or a bank": (
            "シミュレーターは証券会社や銀行に似た名前では応答しません。"
        ),
        "a host name must be private: one word, or ending in .local, .internal, .lan or .test": (
            "ホスト名は、一語か .local、.internal、.lan、.test で終わるプライベートなものに限ります。"
        ),
        "give either a data directory or a database URL": (
            "データディレクトリかデータベースURLのどちらか一つを指定してください。"
        ),
        "a key file goes with a database URL, and the other way round": (
            "鍵ファイルとデータベースURLは一緒に指定してください。"
        ),
        "a database URL needs a key file": "データベースURLには鍵ファイルが必要です。",
        "--workers and --tls need one more package: pip install 'authsim[server]'": (
            "--workers と --tls には追加パッケージが必要です: pip install 'authsim[server]'"
        ),
        "there is no portal in this store yet: make one with `authsim init`": (
            "ここにはまだポータルがありません。`authsim init` で作ってください。"
        ),
        "there is no portal at {path}: make one with `authsim init`": (
            "{path} にポータルがありません。`authsim init` で作ってください。"
        ),
        "this store is empty: make a portal in it with `authsim init`": (
            "ここは空です。`authsim init` でポータルを作ってください。"
        ),
        "neither a data directory nor a database URL was given": (
            "データディレクトリもデータベースURLも指定されていません。"
        ),
        "somebody else is making a portal here at this moment: wait for their end": (
            "別のプロセスがここでポータルを作っています。終わるまでお待ちください。"
        ),
        "PostgreSQL needs the extra `postgres`: pip install 'authsim[postgres]'": (
            "PostgreSQLには追加パッケージが必要です: pip install 'authsim[postgres]'"
        ),
        "a database URL looks like postgresql://user@host/name": (
            "データベースURLは postgresql://user@host/name の形で指定してください。"
        ),
        "a database URL begins with postgresql://": "データベースURLは postgresql:// で始まります。",
        (
            "a database URL with a password in it shows up in process lists: put the password into a password "
            "file (~/.pgpass, or the one that PGPASSFILE names)"
        ): (
            "パスワードを含むデータベースURLはプロセスの一覧から見えます。パスワードファイル (~/.pgpass か "
            "PGPASSFILE のファイル) に入れてください。"
        ),
        "this store was made by a newer AuthSim: use that version": (
            "より新しいAuthSimで作られています。そのバージョンを使ってください。"
        ),
        "this store has the schema {present}, this AuthSim needs {needed}: use the one that made it": (
            "データベースのスキーマは {present} ですが、このAuthSimには {needed} が必要です。作成したバージョン"
            "を使ってください。"
        ),
        "this database file says to have another schema than {number}: restore a copy": (
            "このデータベースファイルのスキーマは {number} と一致しません。コピーから戻してください。"
        ),
        "the database is busy": "データベースが混み合っています。",
        "{path} was damaged when the machine or the portal stopped: restore a copy": (
            "コンピューターかポータルが止まったときに {path} が壊れました。コピーから戻してください。"
        ),
        "cannot make the database {path} ({why})": "データベース {path} を作れません ({why})。",
        "cannot copy {path} before it is brought up to date ({why})": "更新前に {path} をコピーできません ({why})。",
        "{path} is not a database of AuthSim": "{path} はAuthSimのデータベースではありません。",
        "this file system cannot hold the database (no write-ahead log): choose a local disk": (
            "このファイルシステムにはデータベースを置けません (先行書き込みログ不可)。ローカルディスクを選んで"
            "ください。"
        ),
        "a stored password hash is damaged": "保存されたパスワードハッシュが壊れています。",
        "too many passwords are being checked at once: try again in a moment": (
            "同時に多くのパスワードを照合しています。少し待ってからもう一度お試しください。"
        ),
        "cannot make {path}: {why}": "{path} を作れません: {why}",
        "cannot write {path}: {why}": "{path} に書き込めません: {why}",
        "{path} does not exist": "{path} はありません。",
        "cannot read {path} (a link is not followed): {why}": "{path} を読めません (リンクはたどりません): {why}",
        "{path} is longer than {bytes} bytes: it is not one of ours": (
            "{path} は{bytes}バイトを超えています。AuthSimのものではありません。"
        ),
        "cannot look at {path}: {why}": "{path} を確認できません: {why}",
        "{path} is not a plain file": "{path} は通常のファイルではありません。",
        "{path} belongs to another user of this machine": "{path} はこのコンピューターの別のユーザーのものです。",
        "{path} can be reached by other users of this machine: chmod 600 it": (
            "{path} は他のユーザーも読めます。chmod 600 を実行してください。"
        ),
        "a stored secret was sealed with another key file than this one": (
            "保存された秘密は、別の鍵ファイルで封印されています。"
        ),
        "a stored secret is damaged, or stands in another row than its own": (
            "保存された秘密が壊れているか、別の行に移されています。"
        ),
        "{path} is not a portal key file of version {version}, or it is damaged: restore it": (
            "{path} はバージョン {version} のポータルの鍵ファイルでないか、壊れています。コピーから戻してください。"
        ),
        "the audit record is broken at row {row}: {what}": "監査記録が行{row}で壊れています: {what}",
        "port {port} is taken by another program. Stop it, or choose another port: --port 0 picks a free one": (
            "ポート {port} は別のプログラムが使っています。それを止めるか、別のポートを選んでください: "
            "--port 0 で空いているものを使います。"
        ),
        "port {port} needs rights that this user does not have. Choose a port above 1023": (
            "ポート {port} を使う権限がありません。1023より大きいポートを選んでください。"
        ),
        "this machine cannot listen at {address}. Name one of its own addresses": (
            "このコンピューターは {address} で待ち受けられません。自分のアドレスを指定してください。"
        ),
        "proxies is a number from 0 to {most}": "プロキシの数は0から{most}までです。",
        "a HAR file has at most 10 MiB": "HARファイルは10 MiBまでです",
        "a HAR file is UTF-8": "HARファイルの文字コードはUTF-8です",
        "a HAR file is JSON": "HARファイルはJSON形式です",
        "a HAR file is a JSON object with an object named log": (
            "HARファイルは、log というオブジェクトを持つJSONオブジェクトです"
        ),
        "each entry of a HAR file has a request": "HARファイルの各エントリーには request があります",
        "a HAR file has at most {most} strings": "HARファイルの文字列は{most}個までです",
        "a HAR file has at most {most} values": "HARファイルの値は{most}個までです",
        "a HAR file has at most {most} objects and arrays": (
            "HARファイルのオブジェクトと配列は合わせて{most}個までです"
        ),
        "a HAR file has at most {most} {what}": "HARファイルの {what} は{most}件までです",
        "a HAR file nests at most {most} levels": "HARファイルの入れ子は{most}段までです",
        "a string of a HAR file has at most 256 KiB, unless it is a body": (
            "HARファイルの文字列は、本文を除いて256 KiBまでです"
        ),
        "the {what} of a HAR file are an array of objects": "HARファイルの {what} はオブジェクトの配列です",
        "a number is finite": "数値は有限です",
        "a member stands once": "同じ名前のメンバーは一度だけです",
        "{path} holds no token of a lab: 16 to 128 letters, digits, '-' and '_'. Name another file": (
            "{path} にはラボのトークンがありません。16~128文字の英数字、'-'、'_' です。別のファイルを指定してください。"
        ),
    }
)
