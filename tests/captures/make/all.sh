# sh all.sh, in an empty folder with the packages, while `python -m tests.recording` runs: makes all captures anew.
set -e
here=$(cd "$(dirname "$0")" && pwd)
sent=$here/../sent.json
export NODE_PATH="$PWD/node_modules"
node "$here/nock.js" "$sent" > nock.json
node "$here/polly.js" "$sent" polly
sh "$here/newman.sh" "$sent"
sh "$here/wiremock.sh" "$sent"
sh "$here/mitmproxy.sh" "$sent"
sh "$here/terminal.sh" "$sent"
AWS_EXECUTION_ENV=AWS_Lambda_nodejs20.x AWS_LAMBDA_JS_RUNTIME=nodejs20.x node "$here/chromium.mjs" "$sent"
cd "$here/.."
rm -rf newman postman nock polly wiremock mitmproxy curl wget chromium
mkdir newman postman nock polly wiremock mitmproxy chromium
cd - > /dev/null
cp nock.json "$here/../nock/recorded.json"
cp polly/*/recording.har "$here/../polly/"
# In one line, a third of the size.
node -e 'console.log(JSON.stringify(JSON.parse(require("fs").readFileSync("newman.json"))))' > "$here/../newman/report.json"
cp postman.json "$here/../postman/collection.json"
cp -r wiremock/mappings wiremock/__files wiremock/recordings.json wiremock/journal.json wiremock/unmatched.json "$here/../wiremock/"
cp dump.har "$here/../mitmproxy/"
cp -r curl wget "$here/.."
cp playwright-*.har chrome-har-capturer.har "$here/../chromium/"
