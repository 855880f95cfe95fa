/** A small rule set of our own with every way of looking at a request: what the fuzz targets run. */
export const fuzzRules = `
SecRuleEngine DetectionOnly
SecRequestBodyAccess On
SecResponseBodyAccess On
SecDefaultAction "phase:1,log,pass"
SecDefaultAction "phase:2,log,pass"
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,nolog,pass,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,nolog,pass,ctl:requestBodyProcessor=XML"
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
SecRule ARGS:skip "@rx ." "id:33,phase:2,pass,nolog,skipAfter:END"
SecRule ARGS "@contains evil" "id:34,phase:2,block,t:none,t:lowercase"
SecRule ARGS:free "@rx ^1$" "id:35,phase:2,pass,nolog,ctl:ruleRemoveTargetById=36;ARGS:c,ctl:ruleRemoveById=37"
SecRule ARGS "@rx (?i)alert" "id:36,phase:2,block,t:none"
SecRule ARGS "@rx (?i)prompt" "id:37,phase:2,block,t:none,t:hexDecode,t:lowercase"
SecMarker END
SecRule RESPONSE_BODY "@rx (?i)stack trace|at [\\w.]+\\(\\w+\\.java" "id:40,phase:4,block"
SecRule TX:score "@ge 5" "id:50,phase:5,log,pass,msg:'score %{tx.score}'"
SecRuleUpdateTargetById 36 "!ARGS:/^d/"
`;
