// Reads an EPCIS document on standard input; says on standard output, in one line of JSON, what epcis2.js makes of it.
const { validateEpcisDocument } = require('epcis2.js');

const text = require('node:fs').readFileSync(0, 'utf8');
let judged;
try {
  judged = validateEpcisDocument(JSON.parse(text), false);
} catch (error) {
  judged = { success: false, errors: [String(error)] };
}
console.log(JSON.stringify(judged));
