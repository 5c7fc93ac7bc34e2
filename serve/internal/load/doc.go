// Command load measures a service that labels sentences. It sends sentences over persistent
// connections, each as soon as the last one is answered, and prints the requests per second and the
// times to answer:
//
//	go run ./serve/internal/load -connections 64 -requests 1000000 sentences.txt
//
// A line of the file is a sentence, with spaces between its tokens. The client is a plain one, so
// that it takes little of the processor from a server on the same machine. -pid also prints the
// memory of the server.
package main
