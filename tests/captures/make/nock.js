// node nock.js TARGETS > nock.json: what nock's recorder makes of a GET of each target.
const fs = require("fs"), http = require("http"), nock = require("nock");
const targets = JSON.parse(fs.readFileSync(process.argv[2])).map((one) => one.target);
const get = (target) => new Promise((done) => http.get("http://127.0.0.1:18077" + target, (r) => r.resume().on("end", done)));
(async () => {
  nock.recorder.rec({ output_objects: true, dont_print: true });
  for (const target of targets) await get(target);
  console.log(JSON.stringify(nock.recorder.play(), null, 2));
})();
