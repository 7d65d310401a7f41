"""`python -m shnor_lib.cli` is the command `shnor`."""

from shnor_lib.cli import main

main()
