"""
Articles: title and body of a page, chrome named or removed.

`extract` loads trafilatura when it is called, which should be in a worker; all else is light.
"""

from watcher.articles.choice import choose
from watcher.articles.chrome import mark, sentence_hashes
from watcher.articles.given import from_entry, from_text, headline
from watcher.articles.page import extract

__all__ = ["choose", "extract", "from_entry", "from_text", "headline", "mark", "sentence_hashes"]
