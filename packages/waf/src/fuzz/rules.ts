/** A small rule set of our own with every way of looking at a request: what the fuzz targets run. */
export const fuzzRules = `
SecRuleEngine DetectionOnly
SecRequestBodyAccess On
SecResponseBodyAccess On
SecDefaultAction "phase:1,log,pass"
SecDefaultAction "phase:2,log,pass"
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,nolog,pass,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,nolog,pass,ctl:requestBodyProcessor=XML"
SecRule &TX:level "@eq 0" "id:3,phase:1,nolog,pass,setvar:tx.level=1"
SecRule TX:level "@ge 2" "id:4,phase:1,nolog,pass,setvar:tx.deep=1,setvar:tx.limit=%{tx.level}"
SecAction "id:5,phase:1,nolog,pass,setvar:tx.base=2,setvar:tx.base=+%{tx.level},setvar:tx.allowed=|GET|POST|"
SecRule REQUEST_HEADERS_NAMES "@rx ^.*$" "id:6,phase:1,block,capture,t:none,t:lowercase,chain,\
  setvar:'tx.header_%{tx.0}=/%{tx.0}/'"
  SecRule TX:/^header_/ "@within /referer/%{tx.base}/" "setvar:tx.score=+1"
SecRule TX:base "@gt 3" "id:7,phase:1,pass,log,msg:'base %{tx.base}'"
SecRule &REQUEST_HEADERS:Range "@gt 0" "id:8,phase:1,block,chain"
  SecRule REQUEST_HEADERS:Range "!@streq x" "setvar:tx.score=+1"
SecRule REQUEST_METHOD "@rx ^[A-Z]+$" "id:9,phase:1,pass,nolog,capture,setvar:tx.verb=%{tx.0},chain"
  SecRule &REQUEST_HEADERS:/^x-/ "@ge 1" "setvar:'tx.odd_%{tx.verb}=%{tx.base}',setvar:tx.score=+1,chain"
    SecRule TX:/^odd_/ "@ge 2" "setvar:tx.limit=1"
SecRule ARGS|ARGS_NAMES|REQUEST_COOKIES|!REQUEST_COOKIES:/^_ga/ "@rx (?i)<script[^>]*>" \\
  "id:10,phase:2,block,capture,t:none,t:urlDecodeUni,t:htmlEntityDecode,msg:'script %{TX.0}',setvar:tx.score=+5"
SecRule ARGS|XML:/*|XML://@* "@rx (?i)\\bunion\\s+(?:all\\s+)?select\\b" \\
  "id:11,phase:2,block,t:none,t:urlDecodeUni,t:replaceComments,t:compressWhitespace,setvar:tx.score=+5"
SecRule ARGS "@rx (?:;|\\|\\||&&)\\s*(?:cat|ls|id|wget)\\b" "id:12,phase:2,block,t:none,t:cmdLine,multiMatch,setvar:tx.score=+3"
SecRule REQUEST_FILENAME|ARGS "@pm ../ ..\\ /etc/passwd boot.ini" "id:13,phase:2,block,t:none,t:urlDecodeUni,t:normalizePathWin,capture"
SecRule REQUEST_HEADERS "@pm sqlmap nikto |6e 6d 61 70|" "id:14,phase:1,block,t:none,t:lowercase"
SecRule REQUEST_HEADERS:User-Agent "!@rx ^[ -~]*$" "id:15,phase:1,block,t:none"
SecRule ARGS "!@rx ^[a-zA-Z0-9 ._-]*$" "id:16,phase:2,block,t:none,t:removeNulls"
SecRule &ARGS "@gt 3" "id:17,phase:2,block"
SecRule ARGS "@validateByteRange 9,10,13,32-126" "id:18,phase:2,block,t:none,t:urlDecode"
SecRule ARGS|REQUEST_URI "@validateUtf8Encoding" "id:19,phase:2,block"
SecRule REQUEST_BODY "@validateUrlEncoding" "id:20,phase:2,block"
SecRule ARGS "@within alpha beta gamma" "id:21,phase:2,block,t:none,t:lowercase"
SecRule ARGS_NAMES "@rx ." "id:22,phase:2,pass,nolog,setvar:'tx.count_%{MATCHED_VAR_NAME}=+1'"
SecRule TX:/^count_/ "@gt 1" "id:23,phase:2,block,msg:'twice %{MATCHED_VAR_NAME}'"
SecRule ARGS:a "@streq x" "id:24,phase:2,block,chain,setvar:tx.seen=1"
  SecRule ARGS:b "!@streq y" "t:none,t:trim,chain"
    SecRule TX:seen "@eq 1" "setvar:tx.score=+1"
SecRule ARGS "@rx ^(?:a|b)+c{2,3}[^d]e?$" "id:25,phase:2,block,t:none"
SecRule ARGS "@rx (?:^|[^\\w])(\\w+)=\\1" "id:26,phase:2,block,capture,msg:'%{TX.1}'"
SecRule ARGS "@rx (?i)(?:java|vb)script\\s*:" "id:27,phase:2,block,t:none,t:jsDecode,t:cssDecode,t:removeWhitespace"
SecRule ARGS|REQUEST_HEADERS:Referer "@endsWith .exe" "id:28,phase:2,block,t:none,t:lowercase"
SecRule FILES|FILES_NAMES "@rx ['\\";]" "id:29,phase:2,block"
SecRule MULTIPART_PART_HEADERS "@rx (?i)content-transfer-encoding" "id:30,phase:2,block"
SecRule ARGS "@rx x{2,}|yy|[0-3]z" "id:31,phase:2,block,t:none,t:base64Decode"
SecRule ARGS "@rx \\$\\{[^}]{0,20}\\}" "id:32,phase:2,block,t:none,t:escapeSeqDecode,t:utf8toUnicode,t:urlDecodeUni"
SecRule TX:level "@lt 2" "id:60,phase:2,pass,nolog,skipAfter:DEEP"
SecRule ARGS|REQUEST_COOKIES "@rx [<>']" "id:61,phase:2,block,t:none,t:urlDecodeUni,setvar:tx.score=+1"
SecRule REQUEST_HEADERS|!REQUEST_HEADERS:User-Agent "@rx \\bx\\b" "id:62,phase:2,block,setvar:tx.seen=1"
SecRule TX:level "@lt 3" "id:63,phase:2,pass,nolog,skipAfter:DEEP"
SecRule ARGS_NAMES "!@rx ^[a-z]$" "id:64,phase:2,block"
SecRule TX:0 "@streq evil" "id:65,phase:2,block,msg:'what was caught last'"
SecMarker DEEP
SecRule TX:level "@ge 1" "id:80,phase:2,block,chain"
  SecRule ARGS|REQUEST_COOKIES|!ARGS:skip "@contains x" "t:none,t:lowercase,chain"
    SecRule REQUEST_HEADERS:User-Agent|ARGS:a "!@contains moz" "t:none,t:lowercase,setvar:tx.score=+1"
SecRule REQUEST_METHOD "@rx ^(P)" "id:81,phase:2,block,capture,chain"
  SecRule ARGS "@rx (?i)%{tx.1}|evil" "chain"
    SecRule REQUEST_URI|ARGS_NAMES "@rx [a-c]" "t:none"
SecRule REQUEST_METHOD "!@streq GET" "id:82,phase:1,block,chain"
  SecRule REQUEST_HEADERS:Referer|REQUEST_URI "@pm script evil union" "t:none,t:urlDecodeUni,capture,logdata:'%{TX.0} in %{MATCHED_VAR_NAME}'"
SecRule TX:score "@ge 1" "id:66,phase:2,pass,nolog,chain"
  SecRule TX:score "@ge %{tx.limit}" "setvar:tx.over=%{tx.score},setvar:tx.level=3"
SecRule TX:over "@gt 6" "id:67,phase:2,pass,log,msg:'over %{tx.over}'"
SecRule ARGS:skip "@rx ." "id:33,phase:2,pass,nolog,skipAfter:END"
SecRule ARGS "@contains evil" "id:34,phase:2,block,t:none,t:lowercase"
SecRule ARGS:free "@rx ^1$" "id:35,phase:2,pass,nolog,ctl:ruleRemoveTargetById=36;ARGS:c,ctl:ruleRemoveById=37"
SecRule ARGS "@rx (?i)alert" "id:36,phase:2,block,t:none"
SecRule ARGS "@rx (?i)prompt" "id:37,phase:2,block,t:none,t:hexDecode,t:lowercase"
SecMarker END
SecRule RESPONSE_BODY "@rx (?i)stack trace|at [\\w.]+\\(\\w+\\.java" "id:40,phase:4,block"
SecRule TX:level "@ge 3" "id:41,phase:4,block,msg:'level %{tx.level}'"
SecRule TX:score "@ge 5" "id:50,phase:5,log,pass,msg:'score %{tx.score}'"
SecRuleUpdateTargetById 36 "!ARGS:/^d/"
`;

/**
 * The same where no rule sees what the rule of another chain captured, nor names made up elsewhere: more
 * can be found out without a request then.
 */
export const sealedRules = fuzzRules
  .split("\n")
  .filter((line) => !line.includes("id:65,") && !line.includes("id:23,"))
  .join("\n");
