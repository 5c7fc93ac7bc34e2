package crfsuite

import "encoding/binary"

// A file consists of a header, the features, the dictionaries of labels and attributes, and two
// tables of references. The tables list the transitions from each label and the features of each
// attribute. Numbers are little-endian, and offsets count from the start of the file.
const (
	magic        = "lCRF"
	kind         = "FOMC" // first-order Markov, CRF
	version      = 100
	headerSize   = 48
	chunkSize    = 12 // header of features and references: name, size, count
	featureChunk = "FEAT"
	featureSize  = 20
	labelChunk   = "LFRF"
	attrChunk    = "AFRF"
)

// Offsets in the header.
const (
	atSize       = 4
	atKind       = 8
	atVersion    = 12
	atLabelCount = 20 // after the number of features, which CRFsuite sets to 0
	atAttrCount  = 24
	atFeatures   = 28
	atLabels     = 32
	atAttrs      = 36
	atLabelRefs  = 40
	atAttrRefs   = 44
)

const (
	stateFeature = iota
	transition
)

// A dictionary consists of a header, the bounds of 256 hash tables, records of number, length and
// name, the tables, and the offset of the record of each number. Offsets count from the start of
// the dictionary.
const (
	dictChunk      = "CQDB"
	dictMark       = 0x62445371 // in the byte order of the file
	dictTables     = 256
	dictHeaderSize = 24
	dictSize       = dictHeaderSize + 8*dictTables // before the first record
	recordSize     = 8                             // without the name, which ends with a NUL
	slotSize       = 8
)

// Offsets in the header of a dictionary.
const (
	atDictSize  = 4
	atDictMark  = 12
	atLinkCount = 16
	atLinks     = 20
)

var le = binary.LittleEndian
