// node polly.js TARGETS FOLDER: Polly.JS records a GET of each target.
const fs = require("fs"), http = require("http"), { Polly } = require("@pollyjs/core");
Polly.register(require("@pollyjs/adapter-node-http"));
Polly.register(require("@pollyjs/persister-fs"));
const targets = JSON.parse(fs.readFileSync(process.argv[2])).map((one) => one.target);
const get = (target) => new Promise((done) => http.get("http://127.0.0.1:18077" + target, (r) => r.resume().on("end", done)));
(async () => {
  const polly = new Polly("session", {
    adapters: ["node-http"], persister: "fs", persisterOptions: { fs: { recordingsDir: process.argv[3] } },
    recordIfMissing: true, recordFailedRequests: true, logLevel: "silent",
  });
  for (const target of targets) await get(target);
  await polly.stop();
})();
