// The answers of a newman run, saved as examples of the items by Postman's own SDK.
const fs = require("fs"), sdk = require("postman-collection");
const made = new sdk.Collection(JSON.parse(fs.readFileSync("collection.json")));
const run = JSON.parse(fs.readFileSync("newman.json")).run;
for (const one of run.executions) {
  const data = Buffer.from(one.response.stream.data);
  const { stream, ...rest } = one.response;
  made.oneDeep(one.item.id).responses.add(new sdk.Response({ ...rest, name: "saved", body: data.toString(), originalRequest: one.item.request }));
}
const json = made.toJSON();
json.info.schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
console.log(JSON.stringify(json, null, 2));
