"""How fast Duolog is, as ratios to limits that are measured in the same run: `make bench`.

A limit is what the machine allows for the same work with nothing of Duolog around it. Times differ between machines,
and between minutes of one machine; ratios differ far less. So each round measures both sides, one right after the
other, and a figure is the median of its rounds.

claim.py          a claim, its figures, and the stage that it is measured on
claims/           one file for each claim; `CLAIMS` lists them
load.py           the load generator: a process that sends prepared requests
bare.py           servers that do the least that a limit asks for
servers.py        Duolog's own server, and PostgreSQL that syncs
writers.py        accounts with journals, prepared pushes, and the count afterwards
raw_inserts.py    the same rows by the bare driver
profiles.py       a sampled profile beside each claim
results.py        the figures as JSON, with the machine; render.py makes docs/performance.md of them

Nothing here is part of the test suite: no test has a time in it.
"""
