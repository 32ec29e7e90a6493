"""Every status of the product, defined once.

Tables, API, OpenAPI and the web app's types all take their words from here. Groups that the code
asks for ("is this item still open?") stand beside the enum they are made of.
"""

from enum import Enum


class GenerationStatus(str, Enum):
    """State of a row in the last run that touched it, and of an item within its run."""

    PENDING = "pending"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_ITEM = (GenerationStatus.QUEUED, GenerationStatus.PROCESSING)
"""An item in one of these may still get an outcome; in any other state it has one."""


class ContentStatus(str, Enum):
    """Editorial state of an article; only people move it past review."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class PlanningStatus(str, Enum):
    """State of a keyword or a cluster in the plan."""

    NEW = "new"
    MAPPED = "mapped"


class IdeaStatus(str, Enum):
    """State of an idea on its way to an article."""

    NEW = "new"
    QUEUED = "queued"
    COMPLETED = "completed"


class TaskStatus(str, Enum):
    """State of a writer task."""

    QUEUED = "queued"
    COMPLETED = "completed"


class RunStatus(str, Enum):
    """State of a run."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    FAILED = "failed"


ACTIVE_RUN = (RunStatus.RUNNING, RunStatus.PAUSED)
"""A run in one of these has not ended."""


class StageStatus(str, Enum):
    """State of one stage of a run. A stage is open from its first item to its last outcome."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


class Granularity(str, Enum):
    """How fine the clustering of a run is."""

    NEED = "need"
    TOPIC = "topic"
    BROAD = "broad"


class RunOrder(str, Enum):
    """When items enter the next stage: all together, or each as soon as it is done."""

    STAGE_BY_STAGE = "stage_by_stage"
    FLOW = "flow"


class Phase(str, Enum):
    """Where the work on an item stands."""

    INIT = "INIT"
    PREP = "PREP"
    AI_CALL = "AI_CALL"
    PARSE = "PARSE"
    SAVE = "SAVE"
    DONE = "DONE"


class ImageKind(str, Enum):
    """Place of an image in its article."""

    FEATURED = "featured"
    IN_ARTICLE = "in_article"


class CreditKind(str, Enum):
    """Why credits moved."""

    TOP_UP = "top_up"
    HOLD = "hold"
    CHARGE = "charge"
    RELEASE = "release"


class PlacedBy(str, Enum):
    """Who put a keyword into its cluster."""

    AI = "ai"
    SIMILARITY = "similarity"
    PERSON = "person"


class Role(str, Enum):
    """What a user may do in their account."""

    ADMIN = "admin"
    MEMBER = "member"
