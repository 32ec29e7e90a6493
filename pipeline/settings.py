"""Every setting, read once from the environment, loud on bad values.

`.env.example` lists the same names with a sentence each; a test keeps the two together.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=1)]
Credits = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(gt=0)]


class BadSetting(Exception):
    """A setting cannot be used. The message names it, its value (never a secret's) and the rule."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be set. Field names are the environment names in lower case."""

    database_url: str = ""
    redis_url: str = ""
    redis_server_bin: str = ""
    data_dir: str = "var"
    media_url: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    rate_limit: Annotated[int, Meta(ge=0)] = 3000
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "text"] = "auto"
    metrics_token: str = ""

    openai_base_url: Annotated[str, Meta(pattern=r"^(https?://[^\s/:]+(:\d+)?(/\S*)?)?$")] = ""
    openai_api_key: str = ""
    text_model: str = "gpt-4.1-mini"
    clustering_model: str = ""
    ideas_model: str = ""
    content_model: str = ""
    image_prompts_model: str = ""
    embedding_model: str = "text-embedding-3-small"
    image_model: str = "gpt-image-1-mini"
    image_size: Annotated[str, Meta(pattern=r"^[1-9]\d{1,3}x[1-9]\d{1,3}$")] = "1024x1024"
    provider_timeout: Seconds = 120.0
    provider_attempts: Count = 6
    item_timeout: Seconds = 900.0
    provider_is_demo: bool = False

    concurrency: Count = 16
    text_threads: Count = 128
    image_threads: Count = 32
    lease_seconds: Annotated[float, Meta(ge=0.5)] = 6.0
    turn_seconds: Seconds = 5.0
    max_worker_deaths: Annotated[int, Meta(ge=2)] = 10

    price_keyword: Credits = 1
    price_idea: Credits = 2
    price_hundred_words: Credits = 1
    price_image_prompts: Credits = 1
    price_image: Credits = 2
    price_task: Credits = 0
    price_review: Credits = 0
    purchase_url: str = "/credits"

    def model_for(self, function: str) -> str:
        """The model a function asks: its own setting, else the text model."""
        own = {
            "auto_cluster": self.clustering_model,
            "generate_ideas": self.ideas_model,
            "generate_content": self.content_model,
            "generate_image_prompts": self.image_prompts_model,
            "generate_images": self.image_model,
        }
        return own.get(function) or self.text_model


RULES = {
    "openai_base_url": "an address is needed such as http://localhost:11434/v1",
    "image_size": "width x height in pixels is needed such as 1024x1024",
    "log_level": "DEBUG, INFO, WARNING or ERROR is needed",
    "log_format": "auto, json or text is needed",
}
"""What to say instead of a pattern."""

SECRET = ("openai_api_key", "database_url", "redis_url", "metrics_token")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables; empty ones count as not set. Raises BadSetting."""
    values = {
        name: environment[name.upper()].strip()
        for name in Settings.__struct_fields__
        if environment.get(name.upper(), "").strip()
    }
    for name, value in values.items():
        try:
            msgspec.convert({name: value}, Settings, strict=False)
        except msgspec.ValidationError as error:
            shown = "(hidden)" if name in SECRET else repr(value)
            rule = RULES.get(name) or str(error).split(" - at ")[0]
            raise BadSetting(f"{name.upper()}={shown} cannot be used: {rule}") from None
    return msgspec.convert(values, Settings, strict=False)


@cache
def settings() -> Settings:
    """The settings of this process. Tests change the environment, then `settings.cache_clear()`."""
    return read_settings(os.environ)
