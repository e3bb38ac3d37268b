"""Zhike 知客: customer relationships and precision marketing for securities brokers."""

__version__ = "0.1.0"
