"""The golden transcript: every request and answer of one evening, with its clock and every random byte."""
