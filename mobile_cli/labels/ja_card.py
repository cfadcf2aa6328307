"""What `authkey card` says, in Japanese. `PIN>`, `CHALLNG>` and `OK` are what the device's display shows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "card": "Digital Security Card+",
        "card_pin": "PIN>",
        "card_challenge": "CHALLNG>",
        "element_card": "PIN",
        "card_ready": "使用できます (残り{left}回)",
        "card_is_locked": "ロックされています",
        # what was done
        "card_received": "カード {serial} を使えるようになりました。",
        "card_confirm": (
            "ポータルで有効化してください。画面のチャレンジコードには authkey card respond CHALLENGE で答えます。"
        ),
        # usage
        "card_need_challenge": "チャレンジコードを指定してください: authkey card respond CHALLENGE",
        "need_serial": "カードが複数あります。--serial で指定してください: {serials}",
        "card_pin_digits": "カードの{element}は4桁の数字です。",
        # malformed
        "card_letter": "これはカードの送付状です。authkey card receive でカードを取り出してください。",
        "foreign_letter": "AuthSimのカードの送付状ではありません。ポータルから届いたものを指定してください。",
        "card_bad_challenge": (
            "カード用のチャレンジコードではありません。1~9で始まる6桁の数字です。画面をもう一度確認してください。"
        ),
        "card_damaged": (
            "{path} のカードのデータが壊れています。コピーから戻すか、ポータルで新しいカードを請求してください。"
        ),
        # refused
        "card_wrong_pin": "PINが違います。残り{left}回です。なくなるとこのカードは使えなくなります。",
        "card_wrong_pin_one": "PINが違います。残り1回です。次に間違えるとこのカードは使えなくなります。",
        "card_locked": (
            "カード {serial} は、PINを5回間違えたため使えなくなりました。"
            "ポータルで新しいカードを請求するか、ヘルプデスクに相談してください。"
        ),
        "card_exists": "カード {serial} はすでにあります。authkey card list で状態を確認できます。",
        "no_such_card": "カード {serial} はありません。authkey card list で確認できます。",
        "no_card": "カードがありません。ポータルで請求し、authkey card receive SOURCE で受け取ってください。",
    }
)
