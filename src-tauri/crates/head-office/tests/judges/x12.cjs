// Reads an X12 interchange on standard input; says on standard output, in one line of JSON, what node-x12 makes of it: the
// envelopes, and each transaction's segments as lists of elements. In strict mode it refuses wrong control numbers,
// counts and widths.
const { X12Parser } = require('node-x12');

const text = require('node:fs').readFileSync(0, 'utf8');
const elements = (segment) => [segment.tag, ...segment.elements.map((element) => element.value)];
try {
  const interchange = new X12Parser(true).parse(text);
  const groups = interchange.functionalGroups.map((group) => ({
    header: elements(group.header),
    trailer: elements(group.trailer),
    transactions: group.transactions.map((transaction) => ({
      header: elements(transaction.header),
      trailer: elements(transaction.trailer),
      segments: transaction.segments.map(elements),
    })),
  }));
  const { header, trailer } = interchange;
  console.log(JSON.stringify({ header: elements(header), trailer: elements(trailer), groups }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error) }));
}
