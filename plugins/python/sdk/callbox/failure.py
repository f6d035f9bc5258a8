"""Errors that are said on purpose."""


class Failure(Exception):
    """A sentence for the user: raised in `__init__` or `plan` it refuses the plugin, in a hook it is its violation.

    Any other exception does the same, but its name stands before its text and its traceback is logged first, for it
    is taken for a mistake in the plugin.
    """
