"""Documents from the web. Nothing else in the program speaks HTTP to feeds and sites."""

from watcher.fetching.client import Answer, Fetcher, FetchSettings

__all__ = ["Answer", "FetchSettings", "Fetcher"]
