"""Piccolo's configuration: the engine and the one app whose tables and migrations it manages."""

from piccolo.conf.apps import AppRegistry

from db.engine import Engine

DB = Engine()
APP_REGISTRY = AppRegistry(apps=["db.piccolo_app"])
