"""A worker with one connection to PostgreSQL and two to Redis: `python -m faults.shims.narrow`."""

if __name__ == "__main__":
    from pipeline import connections, worker

    assert connections.new_redis.__kwdefaults__ is not None
    connections.new_redis.__kwdefaults__["connections"] = 2
    worker.POOL_SIZE = 1
    worker.main("text")
