"""What `authkey serve` says, in Japanese, at its terminal; programs are answered in English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serving": "authkey の応答アドレス: {address}",
        "serve_given": "{user}: レスポンスを返しました。",
        # refused, by the program's own doing
        "serve_foreign": (
            "このマシンのプログラムにだけ、127.0.0.1 または localhost で応答します。Webページには応答しません。"
        ),
        "serve_no_page": "ここには何もありません。/response?user=NAME にアクセスしてください。",
        "serve_only_get": "GETだけに応答します: GET /response?user=NAME。",
        "serve_no_token": (
            "トークンがないか、正しくありません。--token-file のファイルの内容を Authorization: Bearer TOKEN で送って"
            "ください。"
        ),
        "serve_bad_query": (
            "/response?user=NAME または /response?user=NAME&challenge=123456 にアクセスしてください。同じ名前は一度だけ"
            "です。"
        ),
        "serve_need_user": "この端末には複数のユーザーがいます。user=NAME で指定してください: {names}。",
        # refused, by what is asked
        "no_challenge": (
            "{user} のレスポンスを待っているログインはありません。ポータルでログインを始め、デバイスの選択では IB Key "
            "を選んでから、もう一度アクセスしてください。ページのチャレンジを指定することもできます: challenge=123456。"
        ),
        "not_a_login": (
            "このチャレンジはログインより重大な操作のためのものです。無人で応答するのはログインだけです。"
            "authkey respond で応答してください。"
        ),
        # at the start
        "bad_token_file": (
            "{path} の内容はトークンではありません。トークンは32〜128文字の英数字、-、_ です。ファイルを削除すると "
            "authkey serve が新しく作ります。"
        ),
        "no_token_folder": (
            "トークンのファイルを作るフォルダー {path} がありません。フォルダーを作るか、別のファイルを指定して"
            "ください。"
        ),
        "port_taken": (
            "ポート {port} は別のプログラムが使用中です。そのプログラムを終了するか、別のポートを指定してください。"
            "--port 0 で空きポートを選びます。"
        ),
        "port_denied": "ポート {port} にはこのユーザーにない権限が必要です。1023より大きいポートを指定してください。",
    }
)
