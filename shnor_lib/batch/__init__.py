"""Reports for every municipality: plan, run in several processes, publish.

names        machine words
parameters   what a notebook takes, checked before anything runs
facts        what the data hold, asked once
keys         what a page depends on, as a hash
plan         units: notebook × municipality × year, and which of them have to run
unit         one notebook executed and made a page
staff        which workers a run gets
hands        where worker processes come from
workers      feeding and watching them
work         done units until they are published; one batch of a year at a time
manifest     what was run, with what, how it ended
lying        the tree as it lies, checked before anything is built over it
html, index  pages
archive      pages of a municipality as one file
publish      the tree: made aside, checked, put in place in one step
interrupts   Ctrl-C and SIGTERM
address      of a cluster, checked
cluster      units on many machines; parcel, remote: what a worker there gets and does
run          all of it
"""

from shnor_lib.batch.run import BatchResult, Request, prepare, resume, run_batch

__all__ = ["BatchResult", "Request", "prepare", "resume", "run_batch"]
