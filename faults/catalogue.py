"""Every fault there is: its number in the matrix, its name, how it is injected."""

from faults import backup, misbehaving, money, processes, servers, shimmed, tenants, wishes
from faults.trial import Entry

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
    Entry("36", "restore-backup", backup.restore, begin=backup.begin_two),
    Entry("33", "run-out-of-credits", money.run_out, begin=money.begin_short_of_credits),
    Entry(
        "32",
        "crowd",
        tenants.crowd,
        begin=tenants.begin_small,
        environment=tenants.CROWDED,
    ),
    Entry("20", "skewed-clocks", shimmed.skewed_clocks, workers=shimmed.SKEWED),
    Entry(
        "21, 22",
        "unruly-broker",
        shimmed.unruly_broker,
        begin=shimmed.begin_unruly,
        workers=shimmed.UNRULY,
    ),
    Entry(
        "19",
        "starve",
        shimmed.starve,
        workers=shimmed.STARVING,
        environment={"LEASE_SECONDS": "2"},
    ),
    Entry("23", "storm-429", misbehaving.storm, begin=misbehaving.begin_storm, demo=True),
    Entry(
        "24",
        "break-often",
        misbehaving.break_often,
        demo=True,
        environment=misbehaving.BREAKING,
    ),
    Entry(
        "18",
        "hang",
        misbehaving.hang,
        begin=misbehaving.begin_hanging,
        demo=True,
        environment=misbehaving.HANGING,
    ),
]
