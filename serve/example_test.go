package serve_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/serve"
)

func ExampleNew() {
	m, err := trellis.Ready()
	if err != nil {
		log.Fatal(err)
	}
	labels, err := serve.New(serve.Options{
		Models: []serve.Model{{Name: "pos", Model: m}},
		Limits: serve.Limits{Body: 1 << 20},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/labels/", http.StripPrefix("/labels", labels))
	server := httptest.NewServer(mux)
	defer server.Close()

	answer, err := server.Client().Post(server.URL+"/labels/v1/tag", "application/json", strings.NewReader(`{"tokens": ["She", "lives"]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(body))
	// Output:
	// {"text":"She lives","start":0,"end":9,"sentences":[{"start":0,"end":9}],"tokens":[{"text":"She","start":0,"end":3,"label":"PRON"},{"text":"lives","start":4,"end":9,"label":"VERB"}],"entities":[]}
}
