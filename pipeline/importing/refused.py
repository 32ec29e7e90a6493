"""A file that cannot be imported at all."""

from pipeline.errors import Action, PipelineError


class ImportRefused(PipelineError):
    """Nothing of the file was imported. The message says why, where, and what to do."""

    action = Action("fix_data", "Fix Data")
    retryable = False
