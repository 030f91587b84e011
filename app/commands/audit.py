"""`audit`: verify all that the database holds, as a client would."""

from argparse import ArgumentParser, Namespace

from app.auditing.service import audit
from app.commands.checks import require_migrated, require_receipt_key
from app.commands.progress import Progress, print_report
from app.schema import reading_engine
from app.settings import Settings


def declare(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print the result for scripts")


def run(settings: Settings, given: Namespace) -> int:
    """Print what is wrong; returns 1 when anything is. It changes nothing, and may run beside a server."""
    require_migrated(settings)
    signer = require_receipt_key(settings)
    folder = None if settings.attachment_bucket else settings.attachment_folder
    engine = reading_engine(settings)
    try:
        report = audit(engine.connect, tuple(item.key for item in signer.keys), Progress(), folder)
    finally:
        engine.dispose()
    print_report(report, as_json=given.json)
    return 1 if report.count else 0
