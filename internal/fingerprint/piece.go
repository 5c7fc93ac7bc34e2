package fingerprint

// Piece is what a string adds to the fingerprint of one that it is a part of. That of the empty string is {0, 1}.
type Piece struct {
	Sum   uint64 // H(s), the fingerprint
	Power uint64 // B^len(s) mod p
}

// Piece returns the piece of a string of bytes.
func (h *Hasher) Piece(s []byte) Piece { return Piece{Sum: of(h, s), Power: h.Power(len(s))} }

// PieceString is Piece for a string.
func (h *Hasher) PieceString(s string) Piece { return Piece{Sum: of(h, s), Power: h.Power(len(s))} }

// Join returns the piece of the string of a followed by that of b. Both are of one [Hasher].
func Join(a, b Piece) Piece {
	return Piece{Sum: Append(a.Sum, b), Power: mulAdd(a.Power, b.Power, 0)}
}

// Append returns the fingerprint of the string of fingerprint sum followed by that of b: the first half of [Join].
func Append(sum uint64, b Piece) uint64 { return mulAdd(sum, b.Power, b.Sum) }
