"""Every fault there is: its number in the matrix, its name, how it is injected."""

import msgspec

from faults import processes, servers, wishes
from faults.trial import Fault


class Entry(msgspec.Struct, frozen=True):
    """A fault of the matrix."""

    number: str
    name: str
    inject: Fault

    @property
    def story(self) -> str:
        """One line on what is done."""
        return (self.inject.__doc__ or "").strip()


FAULTS = [
    Entry("1", "kill-one", processes.kill_one),
    Entry("2", "kill-all", processes.kill_all),
    Entry("-", "kill-keeper", processes.kill_keeper),
    Entry("7", "freeze", processes.freeze),
    Entry("10", "restart-redis", servers.restart_redis),
    Entry("10", "restart-redis-empty", servers.restart_redis_empty),
    Entry("11", "flushall", servers.flushall),
    Entry("14", "restart-postgres", servers.restart_postgres),
    Entry("17", "poison", processes.poison),
    Entry("21", "doubled-bells", wishes.doubled_bells),
    Entry("25", "cancel-anytime", wishes.cancel_anytime),
    Entry("26", "cancel-while-dead", wishes.cancel_while_dead),
    Entry("27", "toggle", wishes.toggle),
    Entry("31", "stop-politely", processes.stop_politely),
]
