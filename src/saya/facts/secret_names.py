"""Names that say that a value is a secret, and texts that are none.

In public templates most keys with "password" or "key" in them are settings, names or ARNs, and most parameters behind
the others are names of a secret that is kept elsewhere. What is doubtful is no secret here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from saya.pattern import pattern

_WORD = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_SECRETS = frozenset(("password", "passwd", "passphrase", "secret", "token", "credentials", "pwd"))
_SECRET_KEYS = frozenset(("api", "app", "application", "license", "licence", "secret", "private"))
"""Words before `Key` with which it is a secret. An access key is an identifier, an encryption key mostly an ARN."""
_JOINED = ("password", "apikey", "appkey", "licensekey", "secretkey", "privatekey", "authtoken", "accesstoken")
_CARRIERS = frozenset(("string", "value", "text", "plaintext", "plain"))
"""Words behind a secret's name that leave it one: `AccessTokenString`."""

_SETTING = pattern(
    r"allow(?:ed)?|requires?d?|min(?:imum)?|max(?:imum)?|hard|enabled?|disabled?|uses?|is|has|stores?|generate|rotate"
    r"|reset|change|force|expire|exclude|include|create|update|delete|validate|skip|show|hide|no"
)
"""First words of settings about a secret: `AllowUsersToChangePassword`."""
_HANDLE = pattern(
    r"service|next|rebuild|(?:re)?deploy(?:ment)?|update|version|trigger|nonce|request|idempotency|pagination|continuation"
    r"|change|refresh|cache|force|dummy|build|source|stack|resource|event|design"
)
"""Words before `Token` with which it is a handle, or a way to force an update."""

_REFERENCE = pattern(
    r"(?:arn|name|id|path|param|parameter|ref|reference|location|uri|url|prefix|suffix|ssm|store|manager)s?\d*$",
    re.IGNORECASE,
)
_ELSEWHERE = pattern(r"parameter store|secrets? ?manager|\bssm\b|\barn\b|\bname (?:of|for) ", re.IGNORECASE)

_SWITCH = pattern(
    r"n/?a|none|null|nil|default|true|false|yes|no|on|off|(?:en|dis)abled|auto|generated?|empty|unset|dummy|example|todo|tbd"
    r"|plain_?text|secure_?string|always|never|[\d.,:-]*",
    re.IGNORECASE,
)
_PLACEHOLDER = pattern(
    r"<[^<>]*>|%%.{,200}%%|\[\[.{,200}\]\]|\{\{.{,200}\}\}|\$\{|x{3}|\*{3}|\.{3}|\b(?:your|replace|insert|placeholder|redacted)\b",
    re.IGNORECASE,
)
_NAME = pattern(r"arn:|https?://|s3://|ssm:|alias/|/")
_OPAQUE = pattern(r"(?=.*[0-9])(?=.*[A-Za-z])\S{12,}|[^{]*\{", re.DOTALL)


def is_secret_name(key: str) -> bool:
    """Whether a property called so takes a secret itself, and not its name, its ARN or a rule about it."""
    words = _words(key)
    if not words or _SETTING.fullmatch(words[0]):
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last == "token":
        return _HANDLE.fullmatch(before) is None
    if last == "key":
        return before in _SECRET_KEYS or words[-3:] == ["secret", "access", "key"]
    return last in _SECRETS or last.endswith(_JOINED)


def is_secret_half(key: str, beside: Collection[str]) -> bool:
    """Whether an access key is the secret half of a pair, since its identifier stands beside it: `AccessId`."""
    return key.endswith("AccessKey") and any(
        f"{key.removesuffix('Key')}{name}" in beside for name in ("Id", "ID", "KeyId", "KeyID")
    )


def is_secret_parameter(name: str, description: str) -> bool:
    """Whether a parameter given to such a property holds the secret, and not where to find it."""
    return _REFERENCE.search(name) is None and _ELSEWHERE.search(description) is None


def is_secret_text(key: str, text: str) -> bool:
    """Whether a literal given to such a property may be the secret: no name, no placeholder, no switch."""
    stripped = text.strip()
    if not stripped or _SWITCH.fullmatch(stripped) or _NAME.match(stripped) or _PLACEHOLDER.search(stripped):
        return False
    described = _described(stripped)
    if described is not None:
        return described
    # A bare `Secret` or `Token` is as often the name of one as the thing itself, and `SecretKey: password` is a field.
    last = _words(key)[-1]
    if last == "key":
        return any(char.isdigit() for char in stripped)
    return last not in ("secret", "token", "credentials") or _OPAQUE.match(stripped) is not None


def _described(text: str) -> bool | None:
    """Whether a JSON object has the secret in it, and not only where it is kept; None where the text is none."""
    if not text.startswith("{"):
        return None
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return None
    texts = {name: value for name, value in entries.items() if isinstance(value, str)}
    return any(
        (name.lower() in _CARRIERS or is_secret_name(name)) and is_secret_text("password", value)
        for name, value in texts.items()
    )


def _words(key: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(key)]
    while len(words) > 1 and words[-1] in _CARRIERS:
        words.pop()
    return words
