// Package archtest keeps the module in order. It has no code, only tests, which read `go list` and the
// sources: which package imports which (docs/explanation/architecture.md draws them), that libraries neither print
// nor open files, and that every package and every exported name says what it is for.
//
// A new package fails the tests until it has a row in the table of rules_test.go: where it stands is
// a decision, to be taken once and in one place.
package archtest
