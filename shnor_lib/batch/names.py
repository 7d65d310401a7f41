"""Machine words of the batch, as they stand in manifests and in names of files."""

REGION = "region"  # folder of the reports on the whole region

DONE = "done"
FAILED = "failed"

TIMEOUT = "timeout"
DEAD = "dead"
MEMORY = "memory"
DISK = "disk"
DAMAGED = "damaged"
NOTEBOOK = "notebook"
CANCELLED = "cancelled"

# Engines: forks of a warm process, and papermill's own.
SHNOR = "shnor"
REFERENCE = "reference"
ENGINES = (SHNOR, REFERENCE)

# Formats and the endings of their files; `single` is a page that holds all it needs.
ENDINGS = {"ipynb": ".ipynb", "html": ".html", "single": ".single.html"}
FORMATS = ("ipynb", "html")
