// Package learning trains a model of any kind from labelled sentences and a configuration. It reads
// the sentences once or twice, completes the configuration, compiles the sentences for the kind of
// model, and trains.
//
// [Train] does all of this. Studies compile the same sentences several times: they call [Open],
// [Data.KeepAll] and [Data.Compile], then [Fit].
package learning
