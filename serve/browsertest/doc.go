// Package browsertest tests the page of the service in Chromium.
//
// It is a module of its own, so that programs with a server do not download the driver of the
// browser. The tests skip if there is no Chromium. Set TRELLIS_SCREENSHOTS to a folder to see what
// they see.
package browsertest
