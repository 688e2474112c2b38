package dialect

import (
	"fmt"

	"weir/warehouse/schema"
)

// ecsVersion is the release of the Elastic Common Schema whose names are used.
const ecsVersion = "8.11.0"

// ecs is the spelling of the Elastic Common Schema. Spellings of one object
// stand together, so that its JSON can be written as it comes. Fields without
// a value are left out, as the schema wants.
//
// It has no field for most of what a flow knows; what is left out has none.
// Names that would fit and do not: http.response.mime_type must come from the
// body rather than the header, and TLS fingerprints other than JA3 have no
// field yet.
func ecs() *schema.Dialect {
	rows := []spelling{
		plain("@timestamp", "start_time", schema.Timestamp),
		derive("ecs.version", schema.Text, "'"+ecsVersion+"'"),
		derive("event.action", schema.Text, "'network_flow'"),
		derive("event.category", schema.TextList, "['network']"),
		derive("event.dataset", schema.Text, "'weir.flows'"),
		derive("event.duration", schema.Int64, "duration_us * 1000", "duration_us"),
		plain("event.end", "end_time", schema.Timestamp),
		plain("event.id", "flow_uid", schema.Text),
		derive("event.kind", schema.Text, "'event'"),
		derive("event.module", schema.Text, "'weir'"),
		plain("event.reason", "end_reason", schema.Text),
		plain("event.start", "start_time", schema.Timestamp),
		derive("event.type", schema.TextList, "CASE WHEN end_reason = 'active' THEN ['connection'] ELSE ['connection', 'end'] END", "end_reason"),
	}
	for _, end := range [][3]string{{"source.", "src_", "fwd_"}, {"destination.", "dst_", "bwd_"}} {
		mac := end[1] + "mac"
		rows = append(rows, plain(end[0]+"bytes", end[2]+"bytes", schema.Int64))
		if end[0] == "destination." { // the schema wants the server name here, too
			rows = append(rows, plain("destination.domain", "tls_sni", schema.Text))
		}
		rows = append(rows,
			plain(end[0]+"ip", end[1]+"ip", schema.Text),
			derive(end[0]+"mac", schema.Text, fmt.Sprintf("upper(replace(%s, ':', '-'))", mac), mac),
			plain(end[0]+"packets", end[2]+"packets", schema.Int64),
			plain(end[0]+"port", end[1]+"port", schema.UInt16),
		)
	}
	return &schema.Dialect{Name: "ecs", Table: "flows", Layout: schema.Nested,
		Doc:       "Elastic Common Schema " + ecsVersion + ", as NDJSON: nested objects, fields without a value left out.",
		Spellings: append(append(rows, ecsNetwork()...), ecsApplication()...)}
}

func ecsNetwork() []spelling {
	return []spelling{
		plain("network.bytes", "total_bytes", schema.Int64),
		plain("network.community_id", "community_id", schema.Text),
		derive("network.iana_number", schema.Text, "CAST(protocol_number AS VARCHAR)", "protocol_number"),
		plain("network.packets", "total_packets", schema.Int64),
		plain("network.protocol", "service", schema.Text),
		derive("network.transport", schema.Text, "CASE WHEN ip_version IS NOT NULL THEN protocol END", "protocol", "ip_version"),
		derive("network.type", schema.Text, "'ipv' || ip_version", "ip_version"),
		derive("network.vlan.id", schema.Text, "CAST(vlan_id AS VARCHAR)", "vlan_id"),
	}
}

func ecsApplication() []spelling {
	return []spelling{
		plain("dns.question.name", "dns_query", schema.Text),
		plain("dns.question.type", "dns_qtype", schema.Text),
		plain("dns.response_code", "dns_rcode", schema.Text),
		plain("http.request.method", "http_method", schema.Text),
		plain("http.response.status_code", "http_status", schema.UInt16),
		plain("labels.capture_id", "capture_id", schema.Text),
		plain("labels.capture", "source", schema.Text),
		plain("labels.traffic", "label", schema.Text),
		plain("tls.cipher", "tls_cipher", schema.Text),
		plain("tls.client.ja3", "ja3", schema.Text),
		plain("tls.client.server_name", "tls_sni", schema.Text),
		derive("tls.next_protocol", schema.Text, "lower(tls_alpn)", "tls_alpn"),
		plain("tls.server.ja3s", "ja3s", schema.Text),
		derive("tls.version", schema.Text, "split_part(tls_version, ' ', 2)", "tls_version"),
		derive("tls.version_protocol", schema.Text, "lower(split_part(tls_version, ' ', 1))", "tls_version"),
		derive("url.domain", schema.Text, `regexp_replace(http_host, ':\d+$', '')`, "http_host"),
		plain("user_agent.original", "http_user_agent", schema.Text),
	}
}
