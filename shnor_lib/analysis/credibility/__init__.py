"""Signals of credibility («сигналы достоверности», METHODOLOGY §6): whether reported results look natural.

A module a signal: `bunching` and `counterfactual` (marks pushed over a boundary), `pass_mark` (the list with
the pass mark one point higher), `journal` (marks of the work against those of the journal), `jump` (between
grades and years), `objectivity` (the published algorithm of §6.1 as it is published). `scores` and `bounds`
give them distributions and boundaries, `testing` says what is unusual, `signals` puts them side by side.

None of them looks at the imported official list (§6.2), adds up to a number or ranks schools: a signal is a
reason to look at the works of a school, and most reasons turn out to be innocent (§6.3).
"""
