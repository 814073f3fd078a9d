-- What users called, newest first: a few among many entries of pools.
CREATE INDEX journal_calls ON journal (at, id) WHERE user_id IS NOT NULL;
