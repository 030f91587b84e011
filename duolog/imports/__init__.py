"""Diaries of other apps: Day One, Journey, jrnl, and folders of Markdown. `open_diary` reads one, entry by entry.

Rules
- Nothing here knows an account, a key or a network, and nothing is unpacked to the disk.
- An export is a stranger's data. Every size, count and depth has a bound, checked before the work that it bounds.
- An archive or folder that is made to attack (a bomb, a path that leads out) is refused as a whole. A broken item in an
  honest one is named and left out, and the rest goes on.
- Places, weather and devices are left out. With `keep_place` the name of a place becomes a line of the text.
- Only `DuologError`s leave this room.
"""
