// node chromium.mjs TARGETS: Playwright's HARs (embed, omit, minimal) and chrome-har-capturer's, all of one Chromium.
import fs from "fs";
import { createRequire } from "module";
const require = createRequire(process.cwd() + "/");
const packed = require("@sparticuz/chromium"), Chromium = packed.default ?? packed;
const { chromium } = require("playwright-core"), capturer = require("chrome-har-capturer");
const targets = JSON.parse(fs.readFileSync(process.argv[2])).map((one) => "http://127.0.0.1:18077" + one.target);
const browser = await chromium.launch({
  executablePath: await Chromium.executablePath(), args: ["--no-sandbox", "--remote-debugging-port=9222"], headless: true,
});
for (const [name, options] of Object.entries({
  embed: { content: "embed" }, omit: { content: "omit" }, minimal: { content: "embed", mode: "minimal" },
})) {
  const context = await browser.newContext({ recordHar: { path: `playwright-${name}.har`, ...options } });
  const page = await context.newPage();
  for (const url of targets) await page.goto(url).catch(() => {});
  await context.close();
}
await new Promise((done) => capturer.run(targets, { port: 9222, content: true })
  .on("har", (har) => { fs.writeFileSync("chrome-har-capturer.har", JSON.stringify(har, null, 2)); done(); }));
await browser.close();
