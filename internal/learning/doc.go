// Package learning trains a model of any kind from a source of labelled sentences and a configuration: it reads the
// sentences once or twice, completes the configuration for them, compiles them for the kind of model, and trains.
//
// [Train] does all of this. [Open] and [Data.Compile] do the first half for studies, which compile the same sentences
// several times.
package learning
