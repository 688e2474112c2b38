-- name: dns_subdomains
-- group: dns
-- doc: Domains with many distinct names below them.
-- param: min_names integer = 20: Fewest distinct names below a domain.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- A domain is the last two labels, or three where the last two look like a
-- public suffix (co.uk). Names of multicast DNS and reverse lookups are left out.
WITH asked AS (
    SELECT query, string_split(query, '.') AS labels, count(*) AS queries, list(DISTINCT src_ip) AS clients, sum(response_bytes) AS response_bytes
    FROM dns
    WHERE query IS NOT NULL AND dst_port NOT IN (5353, 5355) AND NOT suffix(query, '.arpa') AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY query
),
named AS (
    SELECT *, array_to_string(labels[-(CASE WHEN len(labels[-1]) = 2 AND len(labels[-2]) <= 3 THEN 3 ELSE 2 END):], '.') AS domain
    FROM asked
    WHERE len(labels) > 2
)
SELECT
    domain,
    count(*) AS names,
    CAST(sum(queries) AS BIGINT) AS queries,
    len(list_distinct(flatten(list(clients)))) AS clients,
    round(avg(len(query) - len(domain) - 1), 1) AS mean_length,
    max(len(query)) AS longest_name,
    CAST(coalesce(sum(response_bytes), 0) AS BIGINT) AS response_bytes
FROM named
WHERE query <> domain
GROUP BY domain
HAVING names >= $min_names
ORDER BY names DESC, domain
LIMIT $top
