"""The configuration: one frozen `Config`, read once; nobody else reads ``os.environ``."""

from watcher.config.keys import Config
from watcher.config.reading import find, read

__all__ = ["Config", "find", "read"]
