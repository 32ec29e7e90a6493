"""The `igny8` command. Every command stands in COMMANDS; its module is imported when it runs."""

import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "up": ("api.cli.up", "Start everything on this machine and keep it running."),
    "automate": ("api.cli.automate", "Turn a CSV of keywords into illustrated articles."),
    "status": ("api.cli.runs", "Show runs and where they stand."),
    "pause": ("api.cli.runs", "Start nothing new in a run."),
    "resume": ("api.cli.runs", "Go on with a run."),
    "cancel": ("api.cli.runs", "End a run for good."),
    "retry": ("api.cli.runs", "Try failed items of a run again."),
    "export": ("api.cli.export", "Write articles and images to a folder."),
    "credits": ("api.cli.credits", "Show and add credits."),
    "user": ("api.cli.users", "Add users, print sign-in links and API tokens."),
    "doctor": ("api.cli.doctor", "Tell what is configured, what answers and what is wrong."),
}
"""Command → (module, what it does). The module holds a click command of the command's name."""


class Commands(click.Group):
    """Looks commands up in COMMANDS, so that `igny8 --help` imports none of them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Ctrl-C ends any command with 130; click alone would make it a failure, 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            raise SystemExit(130) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(cls=Commands)
@click.version_option(package_name="igny8")
def commands() -> None:
    """Turns a list of search keywords into reviewed, illustrated articles."""


def main() -> None:
    """Run the command line; errors that a person can mend are one message and exit code 1."""
    try:
        commands(prog_name="igny8")
    except Exception as error:
        from pipeline.connections import UNREACHABLE  # noqa: PLC0415 - for a quick --help
        from pipeline.local.processes import LocalError  # noqa: PLC0415
        from pipeline.settings import BadSetting  # noqa: PLC0415

        if isinstance(error, UNREACHABLE):
            why = str(error) or "no answer in time"
            sys.exit(
                f"igny8: PostgreSQL or Redis went away: {why}\n"
                "What was saved is safe. `igny8 doctor` tells what answers, `igny8 status` where"
                " each run stands."
            )
        if not isinstance(error, LocalError | BadSetting):
            raise
        sys.exit(f"igny8: {error}")
