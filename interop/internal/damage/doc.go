// Package damage changes model files at random, for tests that readers refuse damaged files or read them as models,
// without a panic and without memory out of proportion to the file.
package damage
