"""Layouts of single pupils: counted by schools while they are read, nobody kept (rules R1–R5).

`flat` and `tables` recognise a layout, `source` streams its rows, `judge` judges each (R1, R2, R5), `count`
counts them once all files are read (R3). `level` refuses what looks like pupils in an unknown layout.
"""
