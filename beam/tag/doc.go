// Package tag labels text in pipelines of Apache Beam, with the results of tagger tag.
//
// [Files] labels files. An element is the name of a file, and a worker reads it, labels it and
// writes one output file. Beam only schedules the files and repeats what fails, so no text moves
// through the pipeline. [List] finds the files, and [Manifest] records the results:
//
//	model, err := tag.Find(ctx, "gs://bucket/ner.model")
//	files, err := tag.List(ctx, tag.ListOptions{Patterns: []string{"gs://bucket/in/*.conll"}, Out: "gs://bucket/out"})
//	p, s := beam.NewPipelineWithRoot()
//	results := tag.Files(s, model, beam.CreateList(s, files), tag.Options{})
//	tag.Manifest(s, results, "gs://bucket/out/manifest.jsonl")
//
// [Documents] labels texts that are already elements of a pipeline.
//
// # Workers
//
// A worker process opens a model once, and its goroutines share it. The fingerprint that [Find]
// computes travels with the pipeline. A worker refuses a file with another fingerprint, so all
// workers use the same model, and a repeated element gives the same bytes.
//
// # Faults
//
// An output file appears under its name when it is complete. Until then it has a temporary name
// that starts with ".trellis-". A worker that dies leaves such a file behind.
//
// A worker tries three times to fetch an input and to write an output. Then the bundle fails, and
// the runner decides. An input that cannot be labelled has a [Result] with an error, and the other
// files go on. A repeated element writes the same output again, so nothing is duplicated.
//
// # Metrics
//
// The counters sentences, tokens and errors are in the namespace trellis. Runners may count
// repeated elements twice. The manifest counts each file once.
package tag
