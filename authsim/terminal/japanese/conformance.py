"""What `authsim conformance` says: its page of help, its cases, and why an adapter cannot be tried."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Try what a verifier must reject, and see what it takes.": (
            "検証側が拒否すべきものを試し、受け入れてしまうものを調べます。"
        ),
        (
            "Try what a verifier of responses must reject, and report what it wrongly accepts. Exit 0 only if "
            "nothing is."
        ): (
            "レスポンスの検証側が拒否すべきものを試し、誤って受け入れたものを報告します。何もなければ終了ステータスは"
            "0です。"
        ),
        "authsim, or the address of an adapter on this machine.": (
            "authsim、またはこのコンピューター上のアダプターのアドレス。"
        ),
        "Try this case alone; may stand several times.": "このケースだけを試します。複数指定できます。",
        "Write the report as JUnit's XML too.": "JUnit形式のXMLでも報告を書き出します。",
        "Name the cases and their sources, and try nothing.": "ケースとその出典を一覧にし、何も試しません。",
        "Print the adapter's contract as a JSON schema.": "アダプターの規約をJSONスキーマで表示します。",
        "name a target: --target authsim, or --target http://127.0.0.1:PORT/base": (
            "対象を指定してください: --target authsim または --target http://127.0.0.1:PORT/base"
        ),
        "there is no case of that name. See 'authsim conformance --list'": (
            "その名前のケースはありません。'authsim conformance --list' を見てください。"
        ),
        "{path} cannot be written: name a file in a folder that is there": (
            "{path} に書き込めません。既存のフォルダーにあるファイルを指定してください。"
        ),
        "the target cannot be tried: {why}": "対象を試せません: {why}",
        "the adapter does not keep its contract: {why}": "アダプターが規約を守っていません: {why}",
        "in the case {name}: {why}": "ケース {name}: {why}",
        "{count} of {total} cases hold.": "{total}件中{count}件のケースが守られています。",
        "wrongly accepted: {count}": "誤って受け入れ: {count}",
        "wrongly refused: {count}": "誤って拒否: {count}",
        "not tried: {count}": "未実施: {count}",
        "wrongly accepted": "誤って受け入れ",
        "wrongly refused": "誤って拒否",
        "not tried": "未実施",
        # Why a target cannot be tried.
        "a target is authsim, or the address of an adapter on this machine: http://127.0.0.1:PORT/base": (
            "対象は authsim か、このコンピューター上のアダプターのアドレスです: http://127.0.0.1:PORT/base"
        ),
        "the name of the target is not known on this machine": "対象の名前はこのコンピューターでは不明です",
        "{asked} was not answered within {count} seconds": "{asked} に{count}秒以内の応答がありません",
        "{asked} found nobody: start the adapter, and name its address": (
            "{asked} の相手がいません。アダプターを起動し、そのアドレスを指定してください"
        ),
        "{asked} was answered with status {status}": "{asked} の応答がステータス {status} でした",
        "{asked} was answered with more than {most} bytes": "{asked} の応答が{most}バイトを超えています",
        "{asked} was answered with something that is no JSON in UTF-8": "{asked} の応答がUTF-8のJSONではありません",
        "{asked} was answered with JSON that is no object": "{asked} の応答のJSONがオブジェクトではありません",
        "{asked} does not name the contract {contract}: this is no adapter for it": (
            "{asked} の応答に規約 {contract} がありません。これはその規約のアダプターではありません"
        ),
        "{asked} offers neither the ability respond nor a suite that the kit computes": (
            "{asked} の応答に、能力 respond も、こちらで計算できる suite もありません"
        ),
        "{asked}: begins names purposes, and the first of them for certain": (
            "{asked}: begins は purposes から選び、その最初のものを必ず含みます"
        ),
        "{asked} was answered without a key, which the suite needs": (
            "{asked} の応答に、suite に必要な key がありません"
        ),
        "{asked} was answered with an empty challenge": "{asked} の応答の challenge が空です",
        "{asked} was answered without accepted, which is true or false": (
            "{asked} の応答に accepted(true か false)がありません"
        ),
        "{asked} was answered without {member}, a text of at most {most} characters": (
            "{asked} の応答に {member}({most}文字までの文字列)がありません"
        ),
        "{asked}: {member} is a list of texts": "{asked}: {member} は文字列の配列です",
        "{asked}: {member} are different words of small letters, digits and hyphens": (
            "{asked}: {member} は小文字、数字、ハイフンの、互いに異なる語です"
        ),
        "{asked}: {member} is a whole number from 1 to {most}": "{asked}: {member} は1から{most}までの整数です",
        "{asked} was answered with an empty response": "{asked} の応答の response が空です",
        "{asked}: {member} is hexadecimal, two digits for each byte": "{asked}: {member} は1バイト2桁の16進数です",
        "{asked}: suite is one of RFC 6287 with a question, and a session at most": (
            "{asked}: suite はRFC 6287のもので、入力は質問と、あってもセッションだけです"
        ),
        "{asked}: inputs has the session of the suite for each purpose": (
            "{asked}: inputs には目的ごとに suite のセッションが入ります"
        ),
        "{asked}: inputs has at most {most} bytes for each purpose": "{asked}: inputs は目的ごとに{most}バイトまでです",
        "a challenge was issued that its suite does not have: {why}": "suite にないチャレンジが出されました: {why}",
        # What the cases show.
        "The right response is accepted: without it nothing is proven.": (
            "正しいレスポンスは受け入れる。これがなければ何も証明されない。"
        ),
        "The same user logs in again, and again.": "同じユーザーが何度でもログインできる。",
        "Two users log in at the same time, each with their own response.": (
            "二人のユーザーが、それぞれのレスポンスで同時にログインできる。"
        ),
        "The right response is accepted until shortly before its end.": "正しいレスポンスは期限の直前まで受け入れる。",
        "One wrong response does not shut its user out.": "一度間違えただけで締め出さない。",
        "A drawn response opens nothing.": "でたらめなレスポンスでは何も開かない。",
        "Zeros, nines and digits in a row are responses like any other: wrong.": (
            "0の列、9の列、連番も、ほかと同じ間違ったレスポンスである。"
        ),
        "No response is no response.": "空のレスポンスはレスポンスではない。",
        "Letters and words are rejected.": "文字や単語は拒否する。",
        "Every sign of a response counts.": "レスポンスはすべての桁を比べる。",
        "A part of the right response is rejected.": "正しいレスポンスの一部は拒否する。",
        "A zero at the beginning belongs to the response.": "先頭の0もレスポンスの一部である。",
        "More than the right response is rejected.": "正しいレスポンスより長いものは拒否する。",
        "Several responses at once are not one of them.": "複数を並べたものは、そのどれでもない。",
        "What only has the same value as a number is rejected.": "数値として等しいだけのものは拒否する。",
        "Digits of other scripts are not those that were asked for.": "別の文字体系の数字は、求めた数字ではない。",
        "Blanks are rejected where nobody said that they may stand there.": ("許すと言っていない空白は拒否する。"),
        "A zero byte does not end a response.": "ゼロバイトでレスポンスは終わらない。",
        "A response is decoded once, by whoever carries it.": "レスポンスの復号は、運ぶ側が一度だけ行う。",
        "A response is compared and not looked for: patterns and queries are rejected.": (
            "レスポンスは比べるもので、探すものではない。パターンや問い合わせ文は拒否する。"
        ),
        "The challenge is not its own response.": "チャレンジはそれ自身のレスポンスではない。",
        "A used response opens its own login no second time.": "使ったレスポンスで同じログインは二度開かない。",
        "A used response opens no later login.": "使ったレスポンスで後のログインは開かない。",
        "Another user's authenticator answers for its own user only.": (
            "別のユーザーの認証機器は、そのユーザーのためにだけ答える。"
        ),
        "A response is handed in by the user whose login it is.": "レスポンスを渡すのは、そのログインの本人である。",
        "A response counts in the session that began the login.": (
            "レスポンスは、ログインを始めたセッションでだけ有効である。"
        ),
        "A response to one login opens no other one of the same user.": (
            "あるログインへのレスポンスで、同じユーザーの別のログインは開かない。"
        ),
        "A response to the challenge before is rejected.": "一つ前のチャレンジへのレスポンスは拒否する。",
        "A challenge that another took the place of is over.": "置き換えられたチャレンジは終わりである。",
        "A response for another purpose does not log in.": "別の目的のレスポンスではログインできない。",
        "A response that logs in opens nothing else.": "ログインのレスポンスでほかのものは開かない。",
        "No response counts for a login that nobody began.": (
            "誰も始めていないログインには、どのレスポンスも有効でない。"
        ),
        "No response opens a login of a user who does not exist.": (
            "存在しないユーザーのログインは、どのレスポンスでも開かない。"
        ),
        "Keys of zeros and those of published examples answer nothing.": (
            "ゼロだけの鍵や公開された例の鍵では何も開かない。"
        ),
        "An authenticator that is out of use answers nothing any more, an open login included.": (
            "使用をやめた認証機器は、開いたままのログインも含め、もう何にも答えられない。"
        ),
        "A refusal does not tell the right response.": "拒否の説明に正しいレスポンスを書かない。",
        "A response that comes after its end is rejected.": "期限の後に届いたレスポンスは拒否する。",
        "A response of yesterday is rejected: time that went round does not help.": (
            "昨日のレスポンスは拒否する。時刻が一周しても有効にならない。"
        ),
        "Being told that it is too late gives no new time.": "期限切れと告げられても、新しい時間は与えられない。",
        "Of many who hand in the same right response at once, one is let in.": (
            "同じ正しいレスポンスを同時に渡した多数のうち、入れるのは一人である。"
        ),
        "After the tries that a challenge has, the right response comes too late.": (
            "チャレンジの試行回数を使い切れば、正しいレスポンスももう遅い。"
        ),
        "Tries that come at once are counted each.": "同時に来た試行も一つずつ数える。",
        "Guessing comes to an end, login after login.": "ログインを重ねた当て推量には終わりがある。",
        "A new session for each guess is no new beginning.": "推量ごとにセッションを変えても、やり直しにはならない。",
        "No user is asked the same twice: an answer that was overheard once would fit.": (
            "同じユーザーに同じことを二度聞かない。一度盗み見た答えが合ってしまう。"
        ),
        "What is asked next cannot be told from what was asked before.": (
            "次に聞かれることは、前に聞かれたことから分からない。"
        ),
        "A challenge has at least 6 digits, or 4 letters and digits.": (
            "チャレンジは6桁以上の数字、または4文字以上の英数字である。"
        ),
        "Two users who log in at the same time are asked different things.": (
            "同時にログインする二人には、別のことを聞く。"
        ),
    }
)
