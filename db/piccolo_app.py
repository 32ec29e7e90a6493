"""Registers the tables with Piccolo's migrations."""

import os

from piccolo.conf.apps import AppConfig, table_finder

MODULES = [f"db.tables.{name}" for name in ("accounts", "planning", "writing", "runs")]

APP_CONFIG = AppConfig(
    app_name="db",
    migrations_folder_path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "migrations"),
    # A module that refers to a table of another one shows it as well: each counts once.
    table_classes=list({table._meta.tablename: table for table in table_finder(MODULES)}.values()),
)
