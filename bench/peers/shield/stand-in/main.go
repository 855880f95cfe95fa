// What a reverse proxy for challenges in Go does at the least for each cleared request: a cookie with an
// Ed25519 token is verified, its claims are read, and net/http/httputil passes the request on. No rules, no log.
// `main LISTEN ORIGIN`; prints the cookie that clears.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"time"
)

type claims struct {
	Challenge string `json:"challenge"`
	Response  string `json:"response"`
	Expires   int64  `json:"exp"`
}

func main() {
	origin, err := url.Parse("http://" + os.Args[2])
	if err != nil {
		panic(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err)
	}
	encoding := base64.RawURLEncoding
	body, err := json.Marshal(claims{
		Challenge: strings.Repeat("c", 64),
		Response:  strings.Repeat("0", 64),
		Expires:   time.Now().Add(24 * time.Hour).Unix(),
	})
	if err != nil {
		panic(err)
	}
	signed := encoding.EncodeToString([]byte(`{"alg":"EdDSA","typ":"JWT"}`)) + "." + encoding.EncodeToString(body)
	fmt.Printf("clearance=%s.%s\n", signed, encoding.EncodeToString(ed25519.Sign(private, []byte(signed))))

	isCleared := func(r *http.Request) bool {
		cookie, err := r.Cookie("clearance")
		if err != nil {
			return false
		}
		text, tag, found := cutLast(cookie.Value)
		if !found {
			return false
		}
		signature, err := encoding.DecodeString(tag)
		if err != nil || !ed25519.Verify(public, []byte(text), signature) {
			return false
		}
		_, payload, _ := strings.Cut(text, ".")
		raw, err := encoding.DecodeString(payload)
		if err != nil {
			return false
		}
		var read claims
		if json.NewDecoder(bytes.NewReader(raw)).Decode(&read) != nil {
			return false
		}
		return read.Expires > time.Now().Unix()
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 256
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(origin); r.SetXForwarded() },
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		if !isCleared(r) {
			http.Error(w, "no clearance", http.StatusForbidden)
			return
		}
		proxy.ServeHTTP(w, r)
	}
	panic(http.ListenAndServe(os.Args[1], http.HandlerFunc(handler)))
}

func cutLast(text string) (before, after string, found bool) {
	if i := strings.LastIndexByte(text, '.'); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}
