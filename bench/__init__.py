"""How fast Duolog is, as ratios to limits measured in the same run: `make bench`.

A limit is what the machine allows for the same work with nothing of Duolog around it: the same bytes hashed, encrypted
or written and synced by the bare library. A ratio of 3 means that Duolog takes three times as long. Nothing is judged
here; times differ between machines, ratios far less.
"""
