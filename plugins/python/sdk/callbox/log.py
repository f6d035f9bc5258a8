"""The plugin's log, shown with its name. One call is one line; control characters are removed."""

from wit_world.imports import log as host

from . import checked


def debug(message: str) -> None:
    """Shown when the user asks for it."""
    host.write(host.Level.DEBUG, checked.text(message, "a log line"))


def info(message: str) -> None:
    """Worth a line in the run's log. `print` does the same."""
    host.write(host.Level.INFO, checked.text(message, "a log line"))


def warn(message: str) -> None:
    """The user should look at it."""
    host.write(host.Level.WARN, checked.text(message, "a log line"))


def error(message: str) -> None:
    """The plugin could not do its work."""
    host.write(host.Level.ERROR, checked.text(message, "a log line"))
