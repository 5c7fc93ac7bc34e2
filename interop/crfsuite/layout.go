package crfsuite

import "encoding/binary"

// A file is a header, features, the dictionaries of labels and of attributes, and for each of these a
// table of references that lists the transitions from a label, or the other features of an attribute.
// Numbers are little-endian, offsets count from the start of the file.
const (
	magic        = "lCRF"
	kind         = "FOMC" // first-order Markov, CRF
	version      = 100
	headerSize   = 48
	chunkSize    = 12 // of what features and references start with: name, size, count
	featureChunk = "FEAT"
	featureSize  = 20
	labelChunk   = "LFRF"
	attrChunk    = "AFRF"
)

// Places in the header.
const (
	atSize       = 4
	atKind       = 8
	atVersion    = 12
	atLabelCount = 20 // after the number of features, which CRFsuite leaves 0
	atAttrCount  = 24
	atFeatures   = 28
	atLabels     = 32
	atAttrs      = 36
	atLabelRefs  = 40
	atAttrRefs   = 44
)

// Types of features.
const (
	stateFeature = iota
	transition
)

// A dictionary is a header, the bounds of 256 hash tables, records of number, length and name, the
// tables, and the offset of the record of each number. Offsets count from the start of the dictionary.
const (
	dictChunk      = "CQDB"
	dictMark       = 0x62445371 // in the byte order of the file
	dictTables     = 256
	dictHeaderSize = 24
	dictSize       = dictHeaderSize + 8*dictTables // before the first record
	recordSize     = 8                             // without the name, which ends in a NUL
	slotSize       = 8
)

// Places in the header of a dictionary.
const (
	atDictSize  = 4
	atDictMark  = 12
	atLinkCount = 16
	atLinks     = 20
)

var le = binary.LittleEndian
