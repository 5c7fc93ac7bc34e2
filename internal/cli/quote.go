package cli

import "strings"

// Quote quotes a command line for a shell.
func Quote(words []string) string {
	quoted := make([]string, len(words))
	for k, w := range words {
		quoted[k] = w
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune(plainRunes, r) }) {
			quoted[k] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// plainRunes need no quotes in shells.
const plainRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%"
