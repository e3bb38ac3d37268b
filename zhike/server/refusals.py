"""What a refusal says: the operation and what it is about as screens call them, not by their keys."""

from __future__ import annotations

from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import Refused, ZhikeError
from zhike.platform.objects import catalogue
from zhike.platform.objects.errors import UnknownObject
from zhike.platform.permissions import parts


def message(error: ZhikeError, lang: str) -> str:
    """Return the sentence of an expected error, a refusal by the names that screens show."""
    if not isinstance(error, Refused):
        return error.message(lang)
    resource, _dot, name = str(error.facts["operation"]).partition(".")
    about = _about(resource, name)
    act = parts.word_for(resource, name) or parts.word_for(resource, "read")
    if about is None or act is None:
        return error.message(lang)
    return f"You may not {act.en} '{about.en}'" if lang == "en" else f"您没有{act.zh}“{about.zh}”的权限"


def _about(resource: str, name: str) -> Labels | None:
    """What is refused by name: a part of the product, an object, or a field of one."""
    part = parts.registered().get(resource)
    if part is not None:
        return part.labels
    try:
        owner = catalogue.describe(resource)
    except UnknownObject:
        return None
    field = owner.fields.get(name) if parts.word_for(resource, name) is None else None
    zh, en = ([part.labels[lang] for part in (owner, field) if part is not None] for lang in ("zh", "en"))
    return Labels(" · ".join(zh), " · ".join(en))
