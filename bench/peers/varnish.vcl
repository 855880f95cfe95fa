vcl 4.1;
# Varnish as its documentation sets it up before one origin. No TLS: it speaks none.
backend default { .host = "127.0.0.1"; .port = "%ORIGIN%"; .max_connections = 1024; }
sub vcl_recv {
  if (req.url == "/refused") { return (synth(403)); }
  if (req.http.Upgrade ~ "(?i)websocket") { return (pipe); }
  if (req.url !~ "^/cached/") { return (pass); }
}
sub vcl_pipe {
  if (req.http.upgrade) { set bereq.http.upgrade = req.http.upgrade; set bereq.http.connection = req.http.connection; }
}
