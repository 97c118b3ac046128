"""Articles: title and body of a page, chrome named or removed; `extract` is heavy, for a worker."""

from watcher.articles.chrome import mark, sentence_hashes
from watcher.articles.given import choose, from_text
from watcher.articles.page import extract

__all__ = ["choose", "extract", "from_text", "mark", "sentence_hashes"]
