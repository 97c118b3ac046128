"""
The configuration: one frozen `Config`, read once, from the environment, credentials and TOML.

Nobody else reads ``os.environ``. Every value knows where it came from, and every mistake is
reported with its place and cure, all at once.
"""

from watcher.config.keys import Config
from watcher.config.reading import find, read

__all__ = ["Config", "find", "read"]
