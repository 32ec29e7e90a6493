"""A file that cannot be imported at all."""

from pipeline.errors import ValidationError


class ImportRefused(ValidationError):
    """Nothing of the file was imported. The message says why, where, and what to do."""

    @property
    def user_message(self) -> str:
        return str(self)
