# sh wiremock.sh TARGETS: WireMock records a GET of each target into wiremock/.
mkdir -p wiremock
java -jar node_modules/wiremock/build/wiremock-standalone-3.13.2.jar --port 18078 --root-dir wiremock --disable-banner > wiremock.log & java=$!
until curl -s http://127.0.0.1:18078/__admin/health > /dev/null; do sleep 0.2; done
admin=http://127.0.0.1:18078/__admin
curl -s -X POST $admin/recordings/start -d '{"targetBaseUrl": "http://127.0.0.1:18077", "extractBodyCriteria": {"textSizeThreshold": "900", "binarySizeThreshold": "900"}, "persist": true}'
node -e 'for (const one of JSON.parse(require("fs").readFileSync(process.argv[1]))) console.log(one.target)' "$1" | while read target
do curl -s -o wiremock.out "http://127.0.0.1:18078$target"; done
curl -s -X POST $admin/recordings/stop > wiremock/recordings.json
curl -s $admin/requests > wiremock/journal.json
curl -s "http://127.0.0.1:18078/nothing/here" -o wiremock.out
curl -s $admin/requests/unmatched > wiremock/unmatched.json
kill $java
