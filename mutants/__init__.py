"""Deliberate breaks: each takes one guarantee out of the program, and the tests named with it must notice."""
