"""Notebooks run in forks of one prepared process instead of a new kernel each.

wire         messages over a socket
fork         one fork: what is set right first, how it is watched and ended
limits       memory and output that a notebook may take
warmup       what the warm parent imports and draws
parent       the warm parent: a process that waits and forks
warm         its client: start it, ask for forks, let it go
streams      stdout, stderr and the output of child processes
shell        the fork that runs cells: an ipykernel without sockets of its own
kernel       the fork that serves JupyterLab and Voila: a real ipykernel
provisioner  how Jupyter asks for it
plugin       the papermill engines `shnor` and `reference`

Linux only: on macOS the system libraries do not survive a fork, Windows has none. Elsewhere the engine says
so once and gives the notebook to papermill's own engine.
"""
