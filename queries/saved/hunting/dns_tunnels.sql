-- name: dns_tunnels
-- group: hunting
-- doc: Domains below which a client asks for many, long, distinct names: data in the names.
-- param: min_names integer = 30: Fewest distinct names of a client below a domain.
-- param: min_score number = 0.6: Lowest score.
-- param: ignore_domains text = '': Domains that are known, such as 'example.com,example.net'.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- A domain is the last two labels, or three where the last two look like a
-- public suffix (co.uk). The score is made of
--   length      mean length of what stands before the domain, full from 50
--   names       distinct names, on a logarithmic scale, full from 1000
--   uniqueness  distinct names of all queries: tunnels never ask twice
--   rare_types  queries for TXT, NULL, CNAME, MX, SRV, ANY and private types
WITH asked AS (
    SELECT src_ip, query, string_split(query, '.') AS labels,
        count(*) AS queries,
        count(*) FILTER (qtype NOT IN ('A', 'AAAA', 'PTR', 'HTTPS', 'SVCB', 'SOA', 'NS')) AS rare,
        coalesce(sum(response_bytes), 0) AS response_bytes,
        min(time) AS first_time, max(time) AS last_time
    FROM dns
    WHERE query IS NOT NULL AND dst_port NOT IN (137, 5353, 5355) AND NOT suffix(query, '.arpa') AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY src_ip, query
),
named AS (
    SELECT *, array_to_string(labels[-(CASE WHEN len(labels[-1]) = 2 AND len(labels[-2]) <= 3 THEN 3 ELSE 2 END):], '.') AS domain
    FROM asked
    WHERE len(labels) > 2
),
domains AS (
    SELECT src_ip, domain,
        count(*) AS names,
        CAST(sum(queries) AS BIGINT) AS queries,
        avg(len(query) - len(domain) - 1) AS mean_length,
        max(len(query)) AS longest_name,
        sum(rare) / sum(queries) AS rare_types,
        CAST(sum((len(query) - len(domain) - 1) * queries) AS BIGINT) AS name_bytes,
        CAST(sum(response_bytes) AS BIGINT) AS response_bytes,
        min(first_time) AS first_time, max(last_time) AS last_time
    FROM named
    WHERE query <> domain
    GROUP BY ALL
    HAVING names >= $min_names
),
scored AS (
    SELECT *,
        least(1, mean_length / 50) AS length,
        least(1, log10(names) / 3) AS many,
        names / queries AS uniqueness
    FROM domains
    WHERE NOT list_contains([trim(d) FOR d IN string_split(lower($ignore_domains), ',')], domain)
)
SELECT
    round(0.45 * length + 0.2 * many + 0.1 * uniqueness + 0.25 * rare_types, 3) AS score,
    CASE WHEN score >= 0.8 THEN 'high' WHEN score >= 0.65 THEN 'medium' ELSE 'low' END AS severity,
    src_ip AS client, domain, names, queries,
    round(mean_length, 1) AS mean_length,
    longest_name,
    round(uniqueness, 3) AS uniqueness,
    round(rare_types, 3) AS rare_types,
    name_bytes, response_bytes, first_time, last_time
FROM scored
WHERE score >= $min_score
ORDER BY score DESC, client, domain
LIMIT $top
