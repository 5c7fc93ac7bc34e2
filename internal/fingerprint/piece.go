package fingerprint

// Piece holds what is needed to concatenate a string in terms of fingerprints. The empty string has
// {0, 1}.
type Piece struct {
	Sum   uint64 // H(s), the fingerprint
	Power uint64 // B^len(s) mod p
}

// Piece returns the piece of s.
func (h *Hasher) Piece(s []byte) Piece { return Piece{Sum: of(h, s), Power: h.Power(len(s))} }

// PieceString is Piece for a string.
func (h *Hasher) PieceString(s string) Piece { return Piece{Sum: of(h, s), Power: h.Power(len(s))} }

// Join returns the piece of the concatenation of the strings of a and b. Both must come from the
// same [Hasher].
func Join(a, b Piece) Piece {
	return Piece{Sum: Append(a.Sum, b), Power: mulAdd(a.Power, b.Power, 0)}
}

// Append returns the fingerprint of the string of fingerprint sum followed by the string of b: the
// first half of [Join].
func Append(sum uint64, b Piece) uint64 { return mulAdd(sum, b.Power, b.Sum) }
