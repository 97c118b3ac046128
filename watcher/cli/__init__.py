"""The command line: `app.py` lists every command, each other file holds one or a family."""
