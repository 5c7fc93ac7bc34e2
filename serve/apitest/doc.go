// Package apitest checks that the HTTP service and its OpenAPI description agree. It is a module of
// its own, so that users of trellis do not download an OpenAPI validator.
package apitest
