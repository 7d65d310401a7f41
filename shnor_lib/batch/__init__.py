"""Reports for every municipality: plan, run in several processes, publish.

parameters   what a notebook takes, checked before anything runs
plan         units: notebook × municipality × year
facts        what the data hold, asked once
unit         one notebook executed and made a page
workers      processes
html, index  pages
publish      the tree and its manifest
run          all of it
"""

from shnor_lib.batch.run import BatchResult, run_batch

__all__ = ["BatchResult", "run_batch"]
