// Package dialect declares how other tools write the table flows: their
// column names in their order, each with the expression over our columns that
// gives its value. What a value means is ours, whatever the tool's own
// arithmetic: the names are kept and the numbers are what the names say.
//
//	name             whose spelling                        where it is told
//	nexus            NexusFlowMeter 0.1.5                  converter.py, get_flow_stats
//	cic97            RealTime-CICFlowMeter                 compute_features
//	cic2017          the CSVs of the set CIC-IDS2017       its published headers
//	cic2018          CICFlowMeter 3, CSE-CIC-IDS2018       its published headers
//	cicflowmeter     CICFlowMeter 4, Java                  FlowFeature, BasicFlow
//	cicflowmeter-py  the Python package cicflowmeter 0.5   flow.py, packet_time.py
//	zeek             conn.log of Zeek                      base/protocols/conn/main.zeek
//	nfstream         NFStream 6.6, to_csv                  flow.py
//	ecs              Elastic Common Schema 8.11            its field reference
//
// Rules of the family of nexus and cic*:
//
//   - What our columns leave null is 0 where the tool writes 0: statistics,
//     rates, ports and numbers of protocols that have none. Texts are empty.
//     nexus leaves the ports of flows that have none empty. There is never a
//     NaN or an infinite number; NexusFlowMeter itself writes inf for the ratio
//     of a flow without backward packets.
//   - Times are UTC; the tools write the local time of the machine. cic2017 and
//     cic2018 write dd/MM/yyyy hh:mm:ss. Their hours run to 12 without AM or PM,
//     so half of their times are wrong; ours run to 23, which is how those files
//     are read. cicflowmeter adds AM or PM, cicflowmeter-py writes yyyy-mm-dd
//     hh:mm:ss, nexus adds microseconds to that, and cic97 writes seconds since
//     1970.
//   - A flow without a label is called what the tool calls one: NeedManualLabel
//     by the Java
//     tool of today, No Label by that of 2018.
//   - cic97 writes NONE for a method, a TLS version or a query type that there
//     is none of, and 0 for a status or a response code.
//   - Numbers are spelled as Python or Java print them (schema.TextStyle).
//
// The spelling cic2017 has the header Fwd Header Length twice; where names must
// differ, the second is Fwd Header Length.1, as cic97 has it.
//
// What the others leave out is said where they are declared.
package dialect
