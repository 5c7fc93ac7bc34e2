package main

import "github.com/trellis-nlp/trellis/model"

// checkNormal refuses the name of a form that is not there.
func checkNormal(name string) error {
	if model.NormalForm(name).Check() != nil {
		return wrongUsage("--normalize %s: want nfc or nfkc", name)
	}
	return nil
}
