// Package container reads and writes files of named sections. Sections can be used in place from a
// memory map, and any damage to the file is detected.
//
// [Format.Write] writes sections, each a name and bytes, and [Format.Parse] reads them. A file
// consists of a header, a table and the sections. All numbers are little-endian:
//
//	offset     bytes
//	0          8      magic
//	8          4      version
//	12         4      number of sections n
//	16         8      length of the file
//	24         4      CRC-32C of the table
//	28         32     zeros
//	60         4      CRC-32C of the bytes 0..59
//	64         32 n   table: name (8, zero-padded), offset (8), length (8), CRC-32C of the section (4), zeros (4)
//	64 + 32 n         the sections in the order of the table, each at the next multiple of 64, zeros between
//
// Every byte is covered by a checksum or must be zero, and nothing follows the last section.
// Changes and truncation are thus detected, up to the limits of CRC-32C, which detects every burst
// of at most 32 bits.
//
// [Format.Open] maps a file into memory. [View] reinterprets bytes as numbers, without a copy if
// the machine allows it. If a mapped file is truncated while in use, [Guard] turns the resulting
// fault into an error.
package container
