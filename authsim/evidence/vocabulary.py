"""The words that may stay: whatever is on none of these lists is taken out. And by which names secrets are known.

Lists only; what is done with them is told by the modules that read them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authsim.errors import Reason
from authsim.evidence.report import Kind


def list_words(text: str) -> frozenset[str]:
    """Return the words of a list that is written as text."""
    return frozenset(text.split())


def list_phrases(text: str) -> frozenset[str]:
    """Return the phrases of a list with a bar between them."""
    return frozenset(text.split("|"))


METHODS: Final = list_words(
    "GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT"
    " SEARCH PURGE QUERY"
)
HTTP_VERSIONS: Final = list_words(
    "http/0.9 http/1.0 http/1.1 http/2 http/2.0 http/3 http/3.0 h2 h2c h3 h3-29 spdy quic data blob unknown"
)
#: Programs that write HAR files, by the name that they give themselves.
CREATORS: Final = list_phrases(
    "AuthSim evidence|BrowserMob Proxy|Charles Proxy|Chrome|Chromium|Edge|Fiddler|Firefox|HTTP Toolkit|Insomnia"
    "|Insomnia REST Client|Microsoft Edge|mitmproxy|mitmproxy har_dump|Playwright|Proxyman|Safari|WebInspector"
    "|WebKit Web Inspector|chromium|firefox|webkit|msedge|chrome"
)
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
SCHEMES: Final = frozenset({"http", "https", "ws", "wss"})
#: Addresses of these have no host and no path that says anything.
OPAQUE_SCHEMES: Final = frozenset({"data", "blob", "file", "javascript", "chrome-extension", "moz-extension"})

#: Headers whose values may stay, each as far as its own grammar is understood (`header_values`).
LISTED_HEADERS: Final = list_words(
    "accept accept-language cache-control content-type content-length date vary x-content-type-options"
    " content-security-policy referrer-policy"
)
HEADERS: Final = LISTED_HEADERS | list_words("""
accept-charset accept-encoding accept-patch accept-ranges access-control-allow-credentials
access-control-allow-headers access-control-allow-methods access-control-allow-origin access-control-expose-headers
access-control-max-age access-control-request-headers access-control-request-method age allow alt-svc alt-used
authorization authentication-info clear-site-data connection content-disposition content-encoding content-language
content-location content-range content-security-policy-report-only cookie cross-origin-embedder-policy
cross-origin-opener-policy cross-origin-resource-policy device-memory dnt downlink dpr early-data ect etag expect
expect-ct expires forwarded from host if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive
last-event-id last-modified link location max-forwards nel origin origin-agent-cluster permissions-policy pragma
prefer priority proxy-authenticate proxy-authorization proxy-connection purpose range referer refresh report-to
reporting-endpoints retry-after rtt save-data sec-ch-ua sec-ch-ua-arch sec-ch-ua-bitness sec-ch-ua-full-version-list
sec-ch-ua-mobile sec-ch-ua-model sec-ch-ua-platform sec-ch-ua-platform-version sec-fetch-dest sec-fetch-mode
sec-fetch-site sec-fetch-user sec-gpc sec-purpose sec-websocket-accept sec-websocket-extensions sec-websocket-key
sec-websocket-protocol sec-websocket-version server server-timing service-worker-allowed set-cookie set-cookie2
sourcemap strict-transport-security te timing-allow-origin trailer transfer-encoding upgrade upgrade-insecure-requests
user-agent via want-digest warning www-authenticate x-api-key x-authsim-simulation x-client-data x-content-duration
x-csrf-token x-csrftoken x-dns-prefetch-control x-forwarded-for x-forwarded-host x-forwarded-proto x-frame-options
x-powered-by x-real-ip x-request-id x-requested-with x-robots-tag x-trace-id x-ua-compatible x-xsrf-token
x-xss-protection authsim-attempts-remaining :authority :method :path :scheme :status
""")

PHRASES: Final = list_phrases(
    "|accepted|bad gateway|bad request|conflict|connection established|continue|created|early hints"
    "|expectation failed|failed dependency|forbidden|found|gateway timeout|gone|i'm a teapot|im used"
    "|internal server error|length required|locked|loop detected|method not allowed|misdirected request"
    "|moved permanently|multi-status|multiple choices|network authentication required|no content"
    "|non-authoritative information|not acceptable|not extended|not found|not implemented|not modified|ok"
    "|partial content|payload too large|payment required|permanent redirect|precondition failed"
    "|precondition required|proxy authentication required|range not satisfiable|request entity too large"
    "|request header fields too large|request timeout|request-uri too long|requested range not satisfiable"
    "|reset content|see other|service unavailable|switching protocols|temporary redirect|too early"
    "|too many requests|uri too long|unauthorized|unavailable for legal reasons|unprocessable content"
    "|unprocessable entity|unsupported media type|upgrade required|use proxy|variant also negotiates"
)

MEDIA_TYPES: Final = list_words("application audio example font image message model multipart text video")
MEDIA_SUBTYPES: Final = list_words("""
    * 3gpp aac apng atom+xml avi avif basic binary bmp byteranges cbor css csp-report csv dash+xml dns-message
    ecmascript event-stream flac font-woff form-data gif graphql grpc grpc-web grpc-web+proto gzip hal+json html icc
    javascript
    jose jpeg jpg json json+protobuf jsonp ld+json manifest+json markdown midi mixed mp2t mp4 mpeg msgpack ndjson
    octet-stream ogg opus otf pdf plain png problem+json problem+xml protobuf related reports+json rss+xml rtf rtx
    sfnt
    signed-exchange soap+xml svg+xml tiff ttf vnd.api+json vnd.apple.mpegurl vnd.microsoft.icon vnd.ms-fontobject wasm
    wav wave webm webp woff woff2 x-font-ttf x-font-woff x-icon x-javascript x-json x-mpegurl x-ndjson x-png
    x-protobuf
    x-shockwave-flash x-unknown x-www-form-urlencoded x-xbitmap xhtml+xml xml yaml zip zstd
    """)
CHARSETS: Final = list_words(
    "utf-8 utf8 us-ascii ascii iso-8859-1 iso-8859-15 windows-1252 shift_jis euc-jp iso-2022-jp gbk gb2312 big5"
)
EXTENSIONS: Final = list_words("""
    asp aspx avif bmp css csv do eot gif htm html ico jpeg jpg js json jsp jsx map mjs mp3 mp4 otf pdf php png py rss
    svg ts tsx ttf txt wasm wav webm webmanifest webp woff woff2 xhtml xml zip
    """)
#: In an address, what follows one of these names somebody or something, however much it looks like a word.
COLLECTIONS: Final = list_words("""
    account accounts activate api-keys client clients confirm contacts customer customers devices emails employee
    employees groups invitations invite invites keys magic member members order orders people person persons phones
    profile profiles reset sessions shares tenants ticket tickets tokens unsubscribe user users verify workspaces
    """)

#: The members of a body that may stay, each with the values that it may have: the simulator's own words.
KEPT_MEMBERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "error": frozenset(reason.value for reason in Reason)
        | list_words(
            "auth_failed busy forbidden internal malformed method_not_allowed not_found slow_down state too_large"
            " unsupported_media_type"
        ),
        "state": list_words("""
            active approved cancelled consumed denied expired failed issued none over pending replaced reported
            revoked
            superseded suspended waiting withdrawn
            """),
    }
)

_KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.PASSWORD: "pass passcode passphrase passwd password password_confirm pin pwd temp-response old_password",
        Kind.CHALLENGE: "challenge question xyz-goldchallenge goldchallenge",
        Kind.RESPONSE: "response gold-response bronze-response answer xyz-field-gold-response",
        Kind.CODE: "code otp silver-response sms totp verification_code mfa_code xyz-sessionid confirmation",
        Kind.SESSION: "jsessionid phpsessid sid sessid session session_id sessionid session-id asp.net_sessionid",
        Kind.TOKEN: """
            access_token assertion auth authenticity_token authorization bearer client_id code_challenge code_verifier
            continuation csrf csrf_token csrftoken facetid fcparams flow_id id_token jwt nonce proxy-authorization
            recovery refresh_token request_id samlrequest samlresponse serverdata shdf state token usg vses2
            www-authenticate x-client-data x-csrf-token x-csrftoken x-xsrf-token xsrf appid relaystate oauth_token
            etag last-event-id
            """,
        Kind.KEY: """
            api_key apikey client_secret cn ctr dkx dsk key mac otpauth pkx private_key psk qr secret seed sig
            signature
            sn uri x-api-key hmac
            """,
        Kind.PERSONAL: """
            address birthday dob device_id email e-mail first_name firstname fullname iban label last_name lastname
            login mobile name number phone ssn tel user user_id user_label userid username x-forwarded-for x-real-ip
            forwarded
            """,
        Kind.ADDRESS: "referer location origin host",
        Kind.COOKIE: "cookie set-cookie",
    }
)
#: By which names of fields, parameters, cookies and headers which kind of secret is known; in small letters.
NAMED: Final[Mapping[str, Kind]] = MappingProxyType(
    {name: kind for kind, names in _KINDS.items() for name in names.split()}
)
#: Names that mean something else as often: what an answer holds under them is not taken for a secret elsewhere.
VAGUE: Final = list_words("address answer auth code key label login name number question response state uri user")
