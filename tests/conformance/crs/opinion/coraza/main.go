// Command coraza runs requests through Coraza with the Core Rule Set and prints which rules matched:
// a second opinion to compare an engine with. A line of JSON in is a request, a line out its result.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"

	"github.com/corazawaf/coraza/v3"
)

type request struct {
	Method   string      `json:"method"`
	Target   string      `json:"target"`
	Protocol string      `json:"protocol"`
	Headers  [][2]string `json:"headers"`
	Body     string      `json:"body"`
	Response struct {
		Status  int         `json:"status"`
		Headers [][2]string `json:"headers"`
		Body    string      `json:"body"`
	} `json:"response"`
}

// latin1 turns a text of one char a byte into its bytes.
func latin1(text string) string {
	out := make([]byte, 0, len(text))
	for _, char := range text {
		out = append(out, byte(char))
	}
	return string(out)
}

func main() {
	config := coraza.NewWAFConfig()
	for _, file := range os.Args[1:] {
		config = config.WithDirectivesFromFile(file)
	}
	waf, err := coraza.NewWAF(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var asked request
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		line, _ := json.Marshal(judge(waf, asked))
		out.Write(line)
		out.WriteByte('\n')
	}
}

func judge(waf coraza.WAF, asked request) []int {
	tx := waf.NewTransaction()
	defer tx.Close()
	tx.ProcessConnection("127.0.0.1", 40000, "127.0.0.1", 80)
	tx.ProcessURI(latin1(asked.Target), asked.Method, asked.Protocol)
	for _, field := range asked.Headers {
		tx.AddRequestHeader(latin1(field[0]), latin1(field[1]))
	}
	tx.ProcessRequestHeaders()
	if asked.Body != "" {
		tx.WriteRequestBody([]byte(latin1(asked.Body)))
	}
	tx.ProcessRequestBody()
	for _, field := range asked.Response.Headers {
		tx.AddResponseHeader(latin1(field[0]), latin1(field[1]))
	}
	tx.ProcessResponseHeaders(asked.Response.Status, "HTTP/1.1")
	if asked.Response.Body != "" {
		tx.WriteResponseBody([]byte(latin1(asked.Response.Body)))
	}
	tx.ProcessResponseBody()
	tx.ProcessLogging()
	seen := map[int]bool{}
	for _, match := range tx.MatchedRules() {
		seen[match.Rule().ID()] = true
	}
	ids := []int{}
	for id := range seen {
		ids = append(ids, id)
	}
	sort.Ints(ids)
	return ids
}
