// Package archtest checks the structure of the module. It contains only tests, which read the
// output of `go list` and the sources. They check which package imports which (see
// docs/explanation/architecture.md), that libraries neither print nor open files, and that packages
// and exported names are documented.
//
// A new package fails the tests until it has a row in the table of rules_test.go. Its place in the
// architecture is decided there.
package archtest
