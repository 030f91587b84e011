"""Bounds of what is read from another app's export. Sizes in bytes unless they say characters."""

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

# archives and folders
MAX_FILES = 50_000
MAX_DIRECTORY = 16 * MIB  # of a zip: the list of its files
MAX_UNPACKED = 64 * GIB  # all files of a zip together; a diary with many films is that large
MAX_RATIO = 200  # unpacked to packed; text reaches 20
RATIO_FROM = MIB  # smaller files may have any ratio
MAX_NAME = 512  # characters
MAX_FOLDERS = 16  # in one name

# one file
MAX_JSON = 64 * MIB
MAX_ENTRY_JSON = 4 * MIB
MAX_JSON_DEPTH = 32  # of one entry
MAX_SCANNED_DEPTH = 1_000  # deeper, and the file is given up
MAX_TEXT_FILE = 16 * MIB  # one with many entries
MAX_FRONT_MATTER = 16 * KIB
MAX_FRONT_MATTER_DEPTH = 8

# one entry
MAX_ENTRIES = 50_000
MAX_TEXT = 200_000  # characters
MAX_MEDIA = 100
MAX_WORDS = 32  # tags, or feelings
MAX_WORD = 64  # characters
MAX_ID = 48  # characters
