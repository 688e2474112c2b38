module weir

go 1.26

require (
	github.com/alecthomas/kong v1.17.0
	github.com/google/gopacket v1.1.19
	github.com/klauspost/compress v1.18.0
	github.com/marcboeker/go-duckdb/v2 v2.4.3
	github.com/parquet-go/parquet-go v0.32.0
	lukechampine.com/blake3 v1.4.1
)
