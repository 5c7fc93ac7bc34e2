// Package serve answers HTTP requests with the labels of trellis models.
//
// A [Server] is an http.Handler, so a Go program can mount it beside its own handlers:
//
//	POST /v1/tag       labels text or tokens: one document, a batch, or a stream of lines
//	POST /v1/explain   says why tokens have their labels
//	GET  /v1/models    describes the models
//	GET  /healthz      reports that the process runs
//	GET  /readyz       reports whether to send requests
//	GET  /metrics      has counters and times for Prometheus
//	GET  /openapi.json describes all of this for machines
//	GET  /             is a page for people: it labels text while they type
//
// Adapters speak the protocols of Label Studio, Hugging Face and BigQuery. docs/reference/http.md
// describes requests and answers.
//
// # Models
//
// The server reads a model file into memory, so nothing that happens to the file later can disturb
// a request. [Server.Reload] and [Server.Watch] read changed files again and replace the model in
// one step. Requests in progress finish with the old model, and its memory is free after the last
// one. If the new file is broken, the old model stays.
//
// # Limits
//
// [Limits] bounds the size of requests, the number of requests that are labelled at a time, the
// number that wait, and their time. A request beyond a limit gets an error at once. The zero Limits
// has defaults that suit a service on a network.
package serve
