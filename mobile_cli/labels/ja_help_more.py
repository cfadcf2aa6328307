"""The pages of help in Japanese, from `card` on; the key is the English text as its command gives it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Receive the card that the portal sends, and answer challenge codes with it.": (
            "ポータルから届くカードを受け取り、チャレンジコードに答えます。"
        ),
        "A card is no part of the phone: it has a PIN of its own, and lies in the folder cards beside it.": (
            "カードは電話機の一部ではありません。独自のPINを持ち、隣のフォルダー cards に置かれます。"
        ),
        "The Digital Security Card+: receive it, answer with it.": "Digital Security Card+ の受け取りと応答。",
        "Give the current PIN of the card, then the new one twice. A forgotten one cannot be changed.": (
            "カードの現在のPINを入力し、新しいPINを二回入力します。忘れたPINは変更できません。"
        ),
        "Change the PIN of the card.": "カードのPINを変更します。",
        "Which card, when there are several: the number that stands on it.": (
            "カードが複数ある場合、カードに記された番号"
        ),
        "Read the new PIN from a file.": "新しいPINをファイルから読みます。",
        "List the cards by the number that stands on them, and how many tries of the PIN are left.": (
            "カードに記された番号と、残りのPIN試行回数を一覧表示します。"
        ),
        "List the cards that are here.": "ここにあるカードを一覧表示します。",
        (
            "Take the card out of the letter that the portal sent: its text, a picture of it, or - for standard input."
        ): "ポータルから届いた送付状からカードを取り出します: テキスト、画像、または標準入力の -。",
        ("Choose a PIN of four digits. Five wrong ones lock the card for good; then request another at the portal."): (
            "4桁のPINを決めます。5回間違えるとカードは使えなくなります。その場合はポータルで新しいカードを請求"
            "してください。"
        ),
        "Take a card out of its letter.": "送付状からカードを取り出します。",
        (
            "Press the round button, give the PIN and the challenge code: the card shows the response, eight digits."
        ): "丸いボタンを押し、PINとチャレンジコードを入力すると、カードが8桁のレスポンスを表示します。",
        "Answer a challenge code with the card.": "カードでチャレンジコードに答えます。",
        "Walk the checklist for a missing notification, in its order, and name the cause with its remedy.": (
            "通知が届かないときの確認項目を順にたどり、原因と対処を示します。"
        ),
        (
            "At the end comes the proof that IB Key works without a notification: log in, show the challenge "
            "code, and answer it. Exit status 0 when nothing is wrong, 77 when a cause was found."
        ): (
            "最後に、通知がなくてもIB Keyが使えることを確かめます: ログインし、チャレンジコードを表示して答えま"
            "す。終了コードは、問題なしで0、原因が分かれば77です。"
        ),
        "Find out why no notification comes.": "通知が届かない原因を調べます。",
        "Prove at the end that IB Key works without a notification.": (
            "通知がなくてもIB Keyが使えることを最後に確かめます。"
        ),
        (
            "Play the device on which one wants to trade: credentials, Two-Factor Authentication, and the "
            "response code."
        ): "取引したいデバイスの役をします: ログイン情報、二段階ログイン認証、レスポンスコード。",
        (
            "The challenge code is answered by the authentication device: authkey respond, on another --home. "
            "The other choice, Migrate IB Key, makes this phone the authentication device, and the old one "
            "loses IB Key. Who has opted out of the secure login system for trading is asked for neither."
        ): (
            "チャレンジコードには認証デバイスが答えます: 別の --home の authkey respond。もう一つの選択肢「IB "
            "Keyの移行」はこの電話機を認証デバイスにし、古いほうはIB Keyを失います。取引でセキュア・ログイン・"
            "システムを解約した人には、どちらも求めません。"
        ),
        "Log in on a trading device, with the response of the phone.": (
            "電話機のレスポンスを使って、取引デバイスにログインします。"
        ),
        "Where to log in; the portal of this phone, when it knows one.": (
            "ログイン先。省略すると、この電話機が知っているポータル。"
        ),
        "Whose screens it shows.": "どのプラットフォームの画面か",
        "Print the challenge, and read the response from standard input.": (
            "チャレンジコードを表示し、レスポンスを標準入力から読みます。"
        ),
        (
            "Play the phone in this terminal: camera, store, settings, texts, notifications, and the app with IB Key."
        ): "この端末で電話機を再現します: カメラ、ストア、設定、SMS、通知、IB Keyのアプリ。",
        (
            "Needs a terminal of at least 46 columns and 28 lines, and the extra: pip install "
            '"authsim[phone]". An empty folder becomes a new phone. Keys or mouse; Escape goes back, Ctrl-Q '
            "switches it off."
        ): (
            '46桁×28行以上の端末と追加パッケージが必要です: pip install "authsim[phone]"。空のフォルダーは新し'
            "い電話機になります。キーまたはマウスで操作し、Escapeで戻り、Ctrl-Qで電源を切ります。"
        ),
        "The phone full screen.": "全画面の電話機。",
        "The portal that the app speaks to, before it knows one.": "アプリがまだポータルを知らないときの接続先",
        "List the users that this phone answers for, and their portals.": (
            "この電話機が答えるユーザーと、そのポータルを一覧表示します。"
        ),
        "List the users of this phone.": "この電話機のユーザーを一覧表示します。",
        ("Show platform, users, tries left, known portals, an activation under way, and an app that is not in use."): (
            "プラットフォーム、ユーザー、残り試行回数、知っているポータル、途中の有効化、使われていないアプリを"
            "表示します。"
        ),
        "Show this phone.": "この電話機の状態を表示します。",
        "Show what this phone is set to, and what its owner therefore sees of a notification.": (
            "この電話機の設定と、その結果として通知がどう見えるかを表示します。"
        ),
        (
            "With NAME and VALUE, set it: any name that is listed; also dnd on|off, internet on|off, lock, "
            "unlock, biometrics face-id|touch-id|off (asks the Passcode), number +1NUMBER, number none, and "
            "reset."
        ): (
            "NAMEとVALUEを付けると設定します: 一覧にある名前のほか、dnd on|off、internet on|off、lock、unlock、"
            "biometrics face-id|touch-id|off (パスコードを求めます)、number +1NUMBER、number none、reset。"
        ),
        "Notification settings, airplane mode, Internet, screen, Face ID.": (
            "通知の設定、機内モード、インターネット、画面、Face ID。"
        ),
        "Show the app, or let something happen to it that happens to apps.": (
            "アプリの状態を表示するか、アプリに起こりうることを起こします。"
        ),
        (
            "A phone made by init --without-app scans a QR code and is led to the store. After remove and "
            "install, and after update-os, IB Key waits for authkey recover. Android's clear-data is the way "
            "out when the PIN is forgotten: authkey migrate then moves the user onto this same phone, with a "
            "new PIN."
        ): (
            "init --without-app で作った電話機はQRコードを読み取るとストアに案内されます。remove と install の"
            "後、または update-os の後、IB Keyは authkey recover を待ちます。Androidの clear-data はPINを忘れた"
            "ときの方法です: その後 authkey migrate で、同じ電話機に新しいPINでユーザーを移します。"
        ),
        "Install, open or remove the app.": "アプリをインストール、起動、削除します。",
        (
            "Show the texts that the simulated SIM card of NUMBER received; without one, of this phone's own number."
        ): "NUMBERの模擬SIMカードに届いたSMSを表示します。省略すると、この電話機の番号宛てのもの。",
        "Read this phone's text messages.": "この電話機のSMSを読みます。",
        "Only texts after this place in the inbox.": "受信箱のこの位置より後のSMSだけ",
        "Wait for a text when there is none.": "SMSがなければ届くまで待ちます。",
        "Go on writing texts as they come, until interrupted.": "中断されるまで、届くSMSを書き続けます。",
        "Make this phone the authentication device of NAME: password, then the code by text message.": (
            "この電話機をNAMEの認証デバイスにします: パスワード、次にSMSのコードを入力します。"
        ),
        (
            "The other phone loses IB Key for NAME at once. With a forgotten PIN on Android: authkey app "
            "clear-data, then this, on the same phone, which gets a new PIN."
        ): (
            "もう一方の電話機は直ちにNAMEのIB Keyを失います。AndroidでPINを忘れた場合: authkey app clear-data "
            "の後にこれを同じ電話機で行うと、新しいPINになります。"
        ),
        "Move IB Key from another phone to this one.": "別の電話機からこの電話機へIB Keyを移行します。",
        "Whose phone it is, where there is none.": "電話機がない場合のプラットフォーム",
        "Restore IB Key on this phone, with the security element of before.": (
            "以前のセキュリティ要素で、この電話機のIB Keyを復旧します。"
        ),
        (
            "iOS asks whether to restore the configuration. Android asks username, password, the code of a "
            "text message and the PIN of before. With that PIN forgotten: authkey app clear-data, then authkey "
            "migrate."
        ): (
            "iOSでは以前の構成を復元するか確認します。Androidではユーザー名、パスワード、SMSのコード、以前のPIN"
            "を求めます。PINを忘れた場合: authkey app clear-data の後に authkey migrate。"
        ),
        "Restore IB Key after reinstalling or updating.": "再インストールや更新の後にIB Keyを復旧します。",
        (
            "Change what opens this phone. Android asks username and password of a user first, which the portal checks."
        ): ("この電話機を開くものを変更します。Androidでは先にユーザー名とパスワードを求め、ポータルが確認します。"),
        (
            "A forgotten PIN cannot be changed. On Android run authkey app clear-data, then authkey migrate: "
            "the same phone with a new PIN, by a code that is sent by text message. On iOS erase the phone "
            "with authkey forget --yes."
        ): (
            "忘れたPINは変更できません。Androidでは authkey app clear-data の後に authkey migrate を実行します"
            ": SMSで届くコードにより、同じ電話機が新しいPINになります。iOSでは authkey forget --yes で電話機を"
            "消去します。"
        ),
        "Change the PIN or the Passcode.": "PINまたはパスコードを変更します。",
        "Read the new PIN or Passcode from a file.": "新しいPINまたはパスコードをファイルから読みます。",
        "The rules from now on.": "これから従う規則",
        "Show the fingerprint of the portal's key, ask whether it is the right one, and keep the key.": (
            "ポータルの鍵のフィンガープリントを表示し、正しいか確認してから鍵を保存します。"
        ),
        "Compare and keep a portal's key.": "ポータルの鍵を比べて保存します。",
        "What the portal's key must have; then nothing is asked.": "ポータルの鍵が持つべき値。指定すると確認しません。",
        "The TLS certificate that this portal, and no other, may show.": "このポータルだけに使えるTLS証明書",
        ("Take the user NAME or a portal off this phone, which needs its PIN; without either, erase the phone."): (
            "ユーザーNAMEまたはポータルをこの電話機から削除します。PINが必要です。どちらも省略すると電話機を消"
            "去します。"
        ),
        "Take a user off this phone, or erase it.": "ユーザーをこの電話機から削除するか、電話機を消去します。",
        "Take off this portal with all its users.": "このポータルを、そのすべてのユーザーとともに削除します。",
        (
            "Give responses to programs on this machine, as bare text, until interrupted. For tests."
        ): "中断されるまで、このマシンのプログラムにレスポンスを文字列だけで返します。テスト用です。",
        (
            "GET /response?user=NAME answers the login that waits at the portal; with challenge=123456 that challenge, "
            "without the portal. It takes Authorization: Bearer and the token. Only logins are answered."
        ): (
            "GET /response?user=NAME はポータルで待っているログインに応答します。challenge=123456 を付けると、ポータル"
            "に問い合わせずにそのチャレンジに応答します。Authorization: Bearer とトークンが必要です。応答するのは"
            "ログインだけです。"
        ),
        "Answer challenges for programs on this machine.": "このマシンのプログラムのためにチャレンジに応答します。",
        "The token to show; made when it is not there.": "示すべきトークンのファイル。なければ作ります。",
        "0 picks a free one.": "0は空きポートを選びます。",
    }
)
