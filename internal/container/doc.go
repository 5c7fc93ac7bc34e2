// Package container is a file of named sections that can be used in place from a memory map and that
// betrays any damage.
//
// In flow sections (a name and bytes), out come the same: [Format.Write] and [Format.Parse]. A file is a
// header, a table and the sections, all numbers little-endian:
//
//	offset     bytes
//	0          8      magic
//	8          4      version
//	12         4      number of sections n
//	16         8      length of the file
//	24         4      CRC-32C of the table
//	28         32     zeros
//	60         4      CRC-32C of the bytes 0..59
//	64         32 n   table: name (8, zeros behind), offset (8), length (8), CRC-32C of the section (4), zeros (4)
//	64 + 32 n         the sections in the order of the table, each at the next multiple of 64, zeros between
//
// Every byte is covered by a checksum or must be zero, and nothing follows the last section: no change of
// a byte and no cut goes unnoticed, up to what CRC-32C misses (it finds every burst of at most 32 bits).
//
// [Format.Open] maps a file into memory, and [View] takes bytes as numbers without a copy, where the machine allows.
// [Guard] turns the fault that a mapped file causes when somebody cuts it short into an error.
package container
