"""`replace-receipt-key`: add a receipt key, which signs from the next start on."""

from app.commands.trouble import Trouble
from app.receipts.service import add_receipt_key
from app.settings import Settings
from duolog.errors import MalformedData


def run(settings: Settings) -> None:
    """Add the key, and say what is next."""
    path = settings.receipt_key_path
    try:
        count = add_receipt_key(path)
    except FileNotFoundError as error:
        raise Trouble(f"There is no receipt key to replace at {path}. The server makes one when it starts.") from error
    except OSError as error:
        raise Trouble(f"The receipt key file {path} can't be written: {error.strerror}. It is as before.") from error
    except MalformedData as error:
        raise Trouble(f"The receipt key file {path} can't be used: {error}") from error
    print(f"The new key stands in {path}, as number {count}. Restart the server: then the key signs, and every home")
    print("follows by itself. Leave the older lines; they prove what they signed. Make a backup afterwards.")
