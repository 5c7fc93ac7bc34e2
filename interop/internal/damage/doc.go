// Package damage modifies model files randomly. Tests use it to check that readers reject a damaged
// file or read it as a model, without panics and without using memory out of proportion to the
// file.
package damage
