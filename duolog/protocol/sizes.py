"""Every size and limit of the protocol, with its unit. Spec: §3, §5, §6."""

KIB = 1024

SUITE = 1  # the one suite of this version; an unknown suite is refused

# identifiers and keys, bytes
HASH = 32
ACCOUNT_ID = 32
JOURNAL_ID = 32
KEYHOLDER_ID = 32
ENTRY_ID = 16
ATTACHMENT_ID = 16
INVITATION_ID = 16
RENDEZVOUS_ID = 16
SESSION_ID = 16
NONCE = 32  # nonces inside statements
SEED = 32
SIGN_KEY = 32
BOX_KEY = 32
KEM_KEY = 1216  # X-Wing public key: ML-KEM-768 1184 | X25519 32
SIGNATURE = 64
SALT = 32
EPOCH_KEY = 32
COMMITMENT = 32
TAG = 32
INVITATION_SECRET = 16
CHALLENGE = 32
TOKEN = 32

# HPKE with X-Wing: encapsulation 1120 | plaintext 32 | tag 16
HPKE_ENC = 1120
SEALED_SEED = HPKE_ENC + SEED + 16  # a grant, a package, an earlier seed

# statements
MAX_STATEMENT = 64 * KIB
MAX_DEPTH = 8
MAX_INTEGER = 2**53 - 1
MAX_U32 = 2**32 - 1
MAX_LABEL = 64  # characters of a type, kind, role or the like
MAX_ORIGIN = 512  # characters of a server's address
MAX_CHAIN = 4096  # key statements of one account in a message or an export

# rosters
MAX_PARTNERS = 2
MAX_CONFIDANTS = 8
MAX_MEMBERS = MAX_PARTNERS + MAX_CONFIDANTS
MAX_KEYHOLDERS = 16

MAX_NAMED = 4096  # accounts named in one journal's log, past members included
MAX_SERVERS = 256  # earlier servers of one journal, and receipt keys of one server
MAX_LISTED = 500  # journals in one answer
MAX_CLOSINGS = 64  # waiting closings of one account
MAX_GENERATIONS = 32 * KIB  # generations of one account: daily rotations for 89 years
MAX_JOURNALS = 4096  # journals of which one account is a member

# times, seconds
EARLIEST_TIME = 1_577_836_800  # of a receipt: 2020-01-01T00:00:00Z
LATEST_TIME = 7_258_118_400  # of a receipt: 2200-01-01T00:00:00Z
CLOCK_TOLERANCE = 24 * 3600  # difference between two clocks that a person is told about
RESTORING_WAIT = 7 * 24 * 3600  # after a restoration, until one partner alone may let a journal go on
WITHDRAW_WINDOW = 24 * 3600  # between the receipts of an entry and of its withdrawal
CLOSER_READS = 30 * 24 * 3600  # a partner who closed a journal may fetch it this long

# entries
AEAD_NONCE = 24
AEAD_TAG = 16
MIN_PLAINTEXT = 256  # bytes, the smallest padded plaintext
MAX_DOCUMENT = 64 * KIB  # bytes of a document's JSON
MAX_MESSAGE = 96 * KIB  # bytes of a message's JSON: the document and its envelope
MAX_MESSAGE_DEPTH = 64  # levels of objects and arrays in a message
MAX_ATTACHMENTS = 16  # of one entry
ATTACHMENT_PART = KIB * KIB  # bytes of each part of an attachment but the last
MAX_PARTS = 4096  # of one attachment; a server may take fewer
MAX_ATTACHMENT = MAX_PARTS * ATTACHMENT_PART  # stored bytes
MIN_PADDED_ATTACHMENT = 64 * KIB  # bytes of the smallest padded content: shorter ones look alike
STREAM_HEADER = 24  # of an attachment's stored bytes: secretstream's
STREAM_CHUNK = 64 * KIB  # bytes of padded content in one chunk; the last one may be shorter
STREAM_TAG = 17  # bytes by which a sealed chunk is longer: tag 1 | MAC 16
MAX_MEDIA_TYPE = 255  # characters of an attachment's media type
MAX_REFUSED = 1024  # sequences named in one message's `refused`
MAX_BLOB = 128 * KIB  # above the padded form of the largest message; a test proves it
RECEIPT = 8 + HASH + 8 + SIGNATURE  # seq | head | time | signature

# blind pairs
PAIR_SECRET = 32
PAIR_PLAINTEXT = 4096  # bytes of every answer: u32 length | answer | zeros
MAX_PAIR_ANSWER = PAIR_PLAINTEXT - 4
SEALED_ANSWER = AEAD_NONCE + PAIR_PLAINTEXT + AEAD_TAG

# pushes and pages
MAX_PUSH_ITEMS = 256
MAX_PUSH_BYTES = KIB * KIB
MAX_PAGE_ITEMS = 1024
MAX_PAGES = 256  # of one log in a row
MAX_PAGE_BYTES = KIB * KIB
MAX_CHAIN_PAGE = 256  # key statements in one answer about a journal's accounts
MAX_OWN_PAGE = 64  # key statements, keyholder sets and earlier seeds, each, in one answer about the own account

# adding a device
DEVICE_CODE = 32  # secret 16 | first 16 bytes of the hash of the new device's public keys
MAX_RENDEZVOUS_MESSAGE = 4  # of each side
MAX_NEWCOMER_MESSAGE = 4 * KIB  # bytes of a message from a caller without a session

# pairing
MAX_INVITATION = 1024 * KIB  # plaintext; a chain of rotations makes it long
MAX_REVEAL = KIB  # sealed: a nonce of 32 bytes and its name

# waiting proposals of one member in one journal
MAX_CONTEXT = 192 * KIB  # bytes of one proposal's sealed context: two chains of some thirty rotations each
MAX_PROPOSALS = 16
MAX_PROPOSED_BYTES = 256 * KIB  # bytes of all of them: statements, signatures, grants and contexts
