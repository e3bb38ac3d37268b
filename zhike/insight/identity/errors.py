from __future__ import annotations

from zhike.kernel.errors import ZhikeError


class NoIdentity(ZhikeError):
    """An installation without a definition of who is who."""

    code = "identity.no_definition"
    status = 503
    zh = "没有身份识别定义（identity），请先应用应用包"
    en = "There is no identity definition; apply the packs first"


class UnknownIdentity(ZhikeError):
    """An identity that no definition describes."""

    code = "identity.unknown"
    status = 404
    zh = "没有身份识别定义“{identity}”。已有：{has}"
    en = "There is no identity '{identity}'. There are: {has}"


class WhichIdentity(ZhikeError):
    """Records of a system that several identities know, without a word about which is meant."""

    code = "identity.which"
    status = 422
    zh = "“{what}”属于哪个身份识别定义不明确，请写明 identity。可能是：{has}"
    en = "Which identity does '{what}' belong to? Say so by `identity`. It could be: {has}"


class KnownToNoIdentity(WhichIdentity):
    """Records of a system, or accounts, that no identity knows."""

    code = "identity.known_to_none"
    zh = "没有身份识别定义认识“{what}”。它们认识：{has}"
    en = "No identity knows '{what}'. They know: {has}"


class OtherIdentity(WhichIdentity):
    """An identity is named that does not know the records, while others do."""

    code = "identity.other"
    zh = "身份识别定义“{named}”不认识“{what}”。认识它的有：{has}"
    en = "The identity '{named}' does not know '{what}'. These do: {has}"
