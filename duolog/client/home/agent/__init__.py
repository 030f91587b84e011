"""The agent: a process that keeps one home unlocked for a time. `holder` is the process, `asking` what talks to it."""
