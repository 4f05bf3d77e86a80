"use strict";
/* Runs the engine of the lab under Node.js: node host.js FOLDER, with a script on standard input.

The input is JSON: {theory, names, script, given}. `script` is the body of an async function of
`lab` and `given`; what it returns is printed as JSON, with text for numbers that are not finite. */

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const { theory, names, script, given } = JSON.parse(fs.readFileSync(0, "utf8"));
const folder = process.argv[2];

const load = (text, filename) => vm.runInThisContext(text, { filename });
for (const name of names) {
    const file = path.join(folder, `${name}.js`);
    load(name === "theory" ? theory : fs.readFileSync(file, "utf8"), file);
}

function plain(_key, value) {
    if (ArrayBuffer.isView(value)) return Array.from(value);
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

load(`(async (lab, given) => { ${script} })`, "script")(globalThis.lab, given).then(
    (made) => process.stdout.write(JSON.stringify(made, plain)),
    (error) => {
        process.stderr.write(String(error.stack));
        process.exitCode = 1;
    },
);
