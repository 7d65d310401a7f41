"""Machine words of the batch, as they stand in manifests and in names of files."""

REGION = "region"  # folder of the reports on the whole region

DONE = "done"
FAILED = "failed"

TIMEOUT = "timeout"
DEAD = "dead"
NOTEBOOK = "notebook"
CANCELLED = "cancelled"

# Formats and the endings of their files; `single` is a page that holds all it needs.
ENDINGS = {"ipynb": ".ipynb", "html": ".html", "single": ".single.html"}
FORMATS = ("ipynb", "html")
