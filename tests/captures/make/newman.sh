# sh newman.sh TARGETS: newman.json, and the same answers as saved examples of the collection in postman.json
node -e '
const sdk = require("postman-collection"), fs = require("fs");
const made = new sdk.Collection({ info: { name: "interactions" } });
const folder = new sdk.ItemGroup({ name: "folder" });
made.items.add(folder);
for (const one of JSON.parse(fs.readFileSync(process.argv[1])))
  folder.items.add(new sdk.Item({ name: one.name, request: { method: "GET", url: "{{baseUrl}}" + one.target } }));
const json = made.toJSON();
json.info.schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
fs.writeFileSync("collection.json", JSON.stringify(json));
' "$1"
npx newman run collection.json --env-var baseUrl=http://127.0.0.1:18077 -r json --reporter-json-export newman.json > newman.log
node "$(dirname "$0")/postman.js" > postman.json
