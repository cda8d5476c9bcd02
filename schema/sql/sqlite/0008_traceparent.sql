-- The trace of the request that an event follows from (W3C Trace Context), which the log carries on. Absent: none.
ALTER TABLE outbox ADD COLUMN traceparent TEXT;
