-- name: connection_states
-- group: tcp
-- doc: TCP connections by how they went, with what the state means.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    conn_state AS state,
    CASE conn_state
        WHEN 'S0' THEN 'attempt seen, no answer'
        WHEN 'S1' THEN 'established, not closed'
        WHEN 'SF' THEN 'established and closed'
        WHEN 'REJ' THEN 'attempt rejected'
        WHEN 'S2' THEN 'established, initiator closed, responder did not'
        WHEN 'S3' THEN 'established, responder closed, initiator did not'
        WHEN 'RSTO' THEN 'established, initiator reset'
        WHEN 'RSTR' THEN 'responder reset'
        WHEN 'RSTOS0' THEN 'initiator sent SYN and then reset, no answer'
        WHEN 'RSTRH' THEN 'responder answered and then reset, no SYN seen'
        WHEN 'SH' THEN 'initiator sent SYN and then FIN, no answer'
        WHEN 'SHR' THEN 'responder answered and then closed, no SYN seen'
        ELSE 'the beginning was not seen'
    END AS meaning,
    count(*) AS flows,
    round(100 * count(*) / sum(count(*)) OVER (), 2) AS percent,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
FROM flows
WHERE protocol = 'tcp' AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
ORDER BY flows DESC, state
