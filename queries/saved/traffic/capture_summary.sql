-- name: capture_summary
-- group: traffic
-- doc: Captures with their time span, their flows and what became of their packets.
SELECT
    capture_id, source, format, first_time, last_time, packets, bytes, flows,
    packets - packets_in_flows AS rejected, dropped, warning
FROM captures
ORDER BY first_time NULLS LAST, source, capture_id
