package main

import (
	"embed"
	"strings"
)

//go:embed help
var helpFiles embed.FS

// helpOf returns the long help of a command. It panics if the command has no file in help.
func helpOf(name string) string {
	text, err := helpFiles.ReadFile("help/" + name + ".txt")
	if err != nil {
		panic(err)
	}
	return strings.TrimSuffix(string(text), "\n")
}
