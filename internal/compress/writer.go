package compress

import (
	"errors"
	"io"
	"strings"
)

// To returns write, or a function that compresses what write writes if the name ends in .gz or
// .zst, in any case.
func To(name string, write func(io.Writer) error) func(io.Writer) error {
	name = strings.ToLower(name)
	for _, f := range formats {
		if !strings.HasSuffix(name, f.extension) {
			continue
		}
		return func(w io.Writer) error {
			z, err := f.writer(w)
			if err != nil {
				return err
			}
			return errors.Join(write(z), z.Close())
		}
	}
	return write
}
