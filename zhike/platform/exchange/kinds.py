"""The kind `export_rule`."""

from __future__ import annotations

from zhike.kernel.definitions import Kind
from zhike.platform.exchange.definitions import ExportRule

EXPORT_RULE = Kind(ExportRule, order=30)
