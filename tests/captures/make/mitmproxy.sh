# sh mitmproxy.sh TARGETS: mitmdump, between a client and the server, writes dump.har
mitmdump -q --mode reverse:http://127.0.0.1:18077 -p 18079 --set hardump=dump.har & dump=$!
until curl -s http://127.0.0.1:18079/nothing > /dev/null; do sleep 0.2; done
node -e 'for (const one of JSON.parse(require("fs").readFileSync(process.argv[1]))) console.log(one.target)' "$1" | while read target
do curl -s -o mitm.out "http://127.0.0.1:18079$target"; done
kill -INT $dump; wait $dump
