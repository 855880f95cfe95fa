// Caddy with Coraza as one handler, built for the bench alone.
//
// Coraza's own HTTP middleware (coraza/v3/http) does the work; this only hangs it into Caddy's chain,
// so that nothing here can make it slower than its authors wrote it.
package main

import (
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
	"github.com/corazawaf/coraza/v3"
	corazahttp "github.com/corazawaf/coraza/v3/http"
)

// Inspector judges requests by the rules of one file.
type Inspector struct {
	Rules string `json:"rules"`

	waf coraza.WAF
}

// CaddyModule names the handler for Caddy.
func (Inspector) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.coraza",
		New: func() caddy.Module { return new(Inspector) },
	}
}

// Provision loads the rules.
func (i *Inspector) Provision(caddy.Context) error {
	waf, err := coraza.NewWAF(coraza.NewWAFConfig().WithDirectivesFromFile(i.Rules))
	i.waf = waf
	return err
}

// ServeHTTP hands the request on through Coraza.
func (i *Inspector) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	var failed error
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		failed = next.ServeHTTP(w, r)
	})
	corazahttp.WrapHandler(i.waf, handler).ServeHTTP(w, r)
	return failed
}

// UnmarshalCaddyfile reads `coraza FILE`.
func (i *Inspector) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if !d.Args(&i.Rules) {
		return d.ArgErr()
	}
	return nil
}

func main() {
	caddy.RegisterModule(Inspector{})
	httpcaddyfile.RegisterHandlerDirective("coraza", func(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
		i := new(Inspector)
		return i, i.UnmarshalCaddyfile(h.Dispenser)
	})
	httpcaddyfile.RegisterDirectiveOrder("coraza", httpcaddyfile.Before, "map")
	caddycmd.Main()
}
