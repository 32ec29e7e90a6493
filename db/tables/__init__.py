"""All tables, by what they belong to.

Every business row carries its account and every query filters by it. The unique constraints make
saving repeatable: the same outcome saved twice changes nothing. Of a business row `version` rises
by one with each real change, whoever makes it, and `edited_version` is the last one that changed
more than its generation_status: a trigger's work. Triggers, composite and partial indexes and CHECK
constraints stand in the migrations, because Piccolo does not generate them.
"""
