"""What click itself writes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Usage": "使い方",
        "Options": "オプション",
        "Commands": "コマンド",
        "Examples": "例",
        "Positional arguments": "引数",
        "Show this message and exit.": "このヘルプを表示して終了します。",
        "Show the version and exit.": "バージョンを表示して終了します。",
        "required": "必須",
        "env: AUTHSIM_LANG": "環境変数: AUTHSIM_LANG",
        "default: {value}": "既定値: {value}",
        "No such option {name}": "オプション {name} はありません",
        "No such option {name}. Did you mean {other}?": "オプション {name} はありません。{other} のことですか",
        "No such option {name}. (Did you mean one of: {others}?)": (
            "オプション {name} はありません。次のいずれかのことですか: {others}"
        ),
        "No such command {name}": "コマンド {name} はありません",
        "No such command {name}. Did you mean {other}?": "コマンド {name} はありません。{other} のことですか",
        "No such command {name}. (Did you mean one of: {others}?)": (
            "コマンド {name} はありません。次のいずれかのことですか: {others}"
        ),
        "Missing command": "コマンドを指定してください",
        "Missing argument {name}": "引数 {name} を指定してください",
        "Missing argument {name}. {choices}": "引数 {name} を指定してください。{choices}",
        "Missing option {name}": "オプション {name} を指定してください",
        "Missing option {name}. {choices}": "オプション {name} を指定してください。{choices}",
        "Choose from: {choices}": "選択肢: {choices}",
        "Option {name} requires an argument": "オプション {name} には値が必要です",
        "Option {name} does not take a value": "オプション {name} に値は付けられません",
        "Got unexpected extra argument ({words})": "余分な引数があります ({words})",
        "Got unexpected extra arguments ({words})": "余分な引数があります ({words})",
        "Argument {name} takes {count} values": "引数 {name} には値が{count}個必要です",
        "Invalid value: {problem}": "値が正しくありません: {problem}",
        "Invalid value for {name}: {problem}": "{name} の値が正しくありません: {problem}",
        "{value} is not one of {choices}": "{value} は選択肢にありません ({choices})",
        "{value} is not {choice}": "{value} ではなく {choice} を指定してください",
        "{value} is not in the range {range}": "{value} は範囲 {range} の外です",
        "{value} is not a valid integer": "{value} は整数ではありません",
        "{value} is not a valid integer range": "{value} は整数ではありません",
        "{value} is not a valid boolean. Recognized values: {choices}": (
            "{value} は真偽値ではありません (使える値: {choices})"
        ),
        "{problem}. See '{path} --help'": "{problem}。'{path} --help' を参照してください。",
    }
)
