"""What is stored: tables, statuses, migrations and the queries used in more than one place."""
