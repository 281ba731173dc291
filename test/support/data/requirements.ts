/**
 * What RFC 9112 asks of an origin server, section by section, and where it is shown: by rows of the corpus, or by titles
 * of other tests (`file: title`). docs/rfc9112.md has the table that is made of it.
 */

export interface Requirement {
  readonly section: string;
  /** In our words. */
  readonly asks: string;
  readonly shown: readonly string[];
}

const splits = 'wire/splits: in two, at every octet';
const persistence = (title: string): string => `wire/persistence: ${title}`;
const response = (title: string): string => `wire/response: ${title}`;

export const requirements: readonly Requirement[] = [
  {
    section: '2.1',
    asks: 'An HTTP message is a start line, fields, an empty line and perhaps a body',
    shown: ['a plain GET'],
  },
  {
    section: '2.2',
    asks: 'Parse octets in a superset of US-ASCII, not as Unicode characters',
    shown: ['a value may hold HTAB and octets above 0x7F'],
  },
  {
    section: '2.2',
    asks: 'Do not take a bare CR for a line end: refuse the element',
    shown: [
      'a bare CR in the request line',
      'a bare CR in a value',
      'a bare CR before the colon',
      'two CRs before the LF',
    ],
  },
  {
    section: '2.2',
    asks: 'A bare LF may be a line end for a recipient; here it is refused, for it is what smuggling is made of',
    shown: ['a bare LF after the request line', 'a bare LF after a field line', 'a bare LF as the empty line'],
  },
  {
    section: '2.2',
    asks: 'Ignore at least one empty line before the request line',
    shown: [
      'one empty line before the request line is skipped',
      'two empty lines before the request line are skipped',
      'three empty lines before the request line',
    ],
  },
  {
    section: '2.2',
    asks: 'Reject whitespace between the request line and the first field',
    shown: ['whitespace between the request line and the first field'],
  },
  {
    section: '2.2',
    asks: 'Answer what does not match the grammar with 400 and close',
    shown: ['a TLS handshake', 'a SOCKS greeting', 'no version (HTTP/0.9)'],
  },
  {
    section: '2.3',
    asks: 'HTTP-version is case-sensitive, with one digit each',
    shown: ['a lower-case version', 'a version with two digits', 'a version without a minor'],
  },
  {
    section: '2.3',
    asks: 'Treat a higher minor version as the highest one known',
    shown: ['a higher minor version is served as 1.1'],
  },
  {
    section: '2.3',
    asks: 'Answer 505 to a major version that is not served (RFC 9110 §15.6.6)',
    shown: ['HTTP/2.0', 'the preface of HTTP/2', 'HTTP/0.9', 'HTTP/3.1'],
  },
  {
    section: '3',
    asks: 'method SP request-target SP HTTP-version',
    shown: [
      'two spaces before the target',
      'two spaces before the version',
      'a space after the version',
      'a tab as separator',
    ],
  },
  {
    section: '3',
    asks: 'Answer an invalid request line with 400, and do not correct it',
    shown: ['a space in the target', 'an empty target', 'no target'],
  },
  {
    section: '3',
    asks: '501 for a method longer than any implemented, 414 for a target longer than wanted',
    shown: [
      'an overlong method',
      'a target as long as allowed',
      'a target longer than allowed',
      'a target far longer than allowed',
    ],
  },
  {
    section: '3.1',
    asks: 'The method is a case-sensitive token',
    shown: [
      'a method is case-sensitive',
      'a method that is any token reaches the endpoint',
      'a method that is no token',
    ],
  },
  {
    section: '3.2',
    asks: '400 without Host in HTTP/1.1, with more than one, or with an invalid one',
    shown: [
      'no Host',
      'two Hosts',
      'two Hosts in HTTP/1.0',
      'an empty Host',
      'Host: a b',
      'Host: a@b',
      'HTTP/1.0 needs no Host',
    ],
  },
  {
    section: '3.2.1',
    asks: 'Origin-form',
    shown: ['origin-form with a query', 'origin-form that begins with two slashes is a path, not an authority'],
  },
  {
    section: '3.2.2',
    asks: 'Accept absolute-form, and ignore Host for its authority',
    shown: [
      'absolute-form: its authority replaces Host',
      'absolute-form without a path',
      'absolute-form with an invalid Host',
    ],
  },
  {
    section: '3.2.3',
    asks: 'Authority-form is for CONNECT only',
    shown: ['authority-form without CONNECT', 'CONNECT'],
  },
  {
    section: '3.2.4',
    asks: 'Asterisk-form is for OPTIONS only',
    shown: ['asterisk-form', 'asterisk-form without OPTIONS', 'OPTIONS for a URL without a path is asterisk-form'],
  },
  {
    section: '4',
    asks: 'A status line has the version, three digits and SP even without a phrase',
    shown: [response('has the status line of its status')],
  },
  {
    section: '5.1',
    asks: 'Reject whitespace between a field name and its colon with 400',
    shown: ['whitespace before the colon', 'a tab before the colon', 'Transfer-Encoding with a space before the colon'],
  },
  {
    section: '5.1',
    asks: 'Leave optional whitespace out of the value',
    shown: ['whitespace around a value is not part of it', 'no whitespace after the colon'],
  },
  {
    section: '5.2',
    asks: 'Reject line folding with 400, or replace it',
    shown: ['a folded field', 'a folded field, by a tab', 'a line of whitespace only', 'a folded trailer'],
  },
  {
    section: '5 (9110 §5.5)',
    asks: 'Reject CR, LF and NUL in a field value',
    shown: ['a value with "\\u0000"', 'a bare CR in a value', 'a value with "\\u000b"'],
  },
  {
    section: '6',
    asks: 'A body is signalled by Content-Length or Transfer-Encoding, whatever the method',
    shown: ['no framing field: no body', 'a GET may have a body', 'chunked GET'],
  },
  { section: '6.1', asks: 'Decode chunked', shown: ['chunks', 'an empty chunked body'] },
  { section: '6.1', asks: 'Do not apply chunked twice', shown: ['chunked twice', 'chunked twice, in two lines'] },
  {
    section: '6.1',
    asks: 'Treat Transfer-Encoding in HTTP/1.0 as faulty framing',
    shown: ['Transfer-Encoding in HTTP/1.0'],
  },
  {
    section: '6.1',
    asks: '501 for a transfer coding that is not understood',
    shown: ['TE.TE: a coding before chunked', 'Transfer-Encoding: xchunked', 'Transfer-Encoding: identity'],
  },
  {
    section: '6.1',
    asks: 'Send no Transfer-Encoding to HTTP/1.0, nor with 1xx or 204',
    shown: [
      response('of unknown length to HTTP/1.0 is delimited by the end of the connection'),
      response('204: nothing'),
    ],
  },
  {
    section: '6.2',
    asks: 'Send no Content-Length beside Transfer-Encoding',
    shown: [response('an iterable: chunked')],
  },
  {
    section: '6.3 rule 3',
    asks: 'Refuse both framing fields, and close',
    shown: ['CL.TE: both framing fields', 'TE.CL: both, the other way round', 'both, with an unknown coding'],
  },
  {
    section: '6.3 rule 4',
    asks: '400 and close if chunked is not the last coding',
    shown: ['chunked is not last', 'chunked is not last, in two lines'],
  },
  {
    section: '6.3 rule 5',
    asks: '400 and close for an invalid Content-Length, or several',
    shown: [
      'Content-Length: "+5"',
      'Content-Length: "5, 5"',
      'Content-Length twice, different',
      'Content-Length twice, alike',
    ],
  },
  {
    section: '6.3 rule 6',
    asks: 'Content-Length octets; fewer before the close is an incomplete message',
    shown: ['Content-Length delimits', persistence('says 400 to a client that closes its half in the midst of a body')],
  },
  { section: '6.3 rule 7', asks: 'Neither: no body', shown: ['no framing field: no body'] },
  {
    section: '7.1',
    asks: 'Parse chunks exactly, and mind the overflow of a large size',
    shown: [
      'a chunk size "1234567890abcdef"',
      'a chunk size "ffffffffffffffffff"',
      'a chunk size "0x1"',
      'a bare LF after a chunk size',
      'chunk data longer than its size',
    ],
  },
  {
    section: '7.1.1',
    asks: 'Ignore chunk extensions that are not recognised, and bound them',
    shown: [
      'chunk extensions are ignored',
      'bad whitespace in chunk extensions is let through',
      'many chunk extensions beyond the limit',
      'a bare LF in a chunk extension',
    ],
  },
  {
    section: '7.1.2',
    asks: 'Keep trailers apart from the fields of the head, or drop them',
    shown: [
      'trailers are kept apart',
      'a trailer that changes framing',
      'a trailer that changes the host',
      'too many trailers',
    ],
  },
  {
    section: '7.4',
    asks: 'TE is about the connection; without it no trailers are promised',
    shown: ['TE and Trailer are ignored'],
  },
  {
    section: '8',
    asks: 'Record an incomplete message as such; it is no success',
    shown: [
      'wire/persistence: says 400 to a client that closes its half in the midst of a head',
      response('is cut when its source ends early: nobody takes half for whole'),
    ],
  },
  {
    section: '9.3',
    asks: 'Persist by the rules of 1.1 and of 1.0; close wins',
    shown: [
      'HTTP/1.0 closes by default',
      'HTTP/1.0 persists with Connection: keep-alive',
      'close wins over keep-alive',
      'Connection is a list without case',
    ],
  },
  {
    section: '9.3',
    asks: 'Read the whole body, or close after the response',
    shown: [
      persistence('persists past an unread body of 256 KiB'),
      persistence('closes after an unread body of more than 256 KiB, and says so'),
    ],
  },
  {
    section: '9.3.2',
    asks: 'Answer pipelined requests in their order',
    shown: [
      'pipelined requests are answered in order',
      persistence('answers pipelined requests in order, however long the first one takes'),
      'wire/splits: all of them, in one write',
    ],
  },
  {
    section: '9.5',
    asks: 'Close what is idle for long, by a graceful close',
    shown: ['wire/deadlines: for a further request: the connection is closed without a word'],
  },
  {
    section: '9.6',
    asks: 'After close, process no further request and end the connection',
    shown: ['Connection: close closes', 'what follows a request with close is not read'],
  },
  {
    section: '9.6',
    asks: 'Say close in the last response',
    shown: ['wire/capacity: lets an exchange in flight finish, says close, and answers nothing further'],
  },
  {
    section: '9.6',
    asks: 'Close in stages, so that a reset does not take the last response away',
    shown: [
      persistence('lets a client that sends 64 MiB without reading get its refusal'),
      persistence('sends the FIN right behind a response with close, though the client keeps its half open'),
    ],
  },
  {
    section: '10.1.1 (9110)',
    asks: 'Send 100 (Continue) or a final status; none in HTTP/1.0; 417 otherwise',
    shown: ['wire/expect: is ignored in HTTP/1.0', 'an unknown expectation', 'wire/expect: is ignored without a body'],
  },
  {
    section: '11.1',
    asks: 'Let no response be split by what a field value holds',
    shown: [response('is never sent: 500, and a defect is reported')],
  },
  {
    section: '11.2',
    asks: 'Let no request be smuggled: the cut of the bytes changes nothing',
    shown: [
      splits,
      'wire/splits: the first refusal ends a pipeline: what came before it is answered, what follows is not',
    ],
  },
];

/** The table as Markdown. */
export function requirementsTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = requirements.map(
    ({ section, asks, shown }) =>
      `| §${section} | ${cell(asks)} | ${shown.map((name) => `“${cell(name)}”`).join(', ')} |`,
  );
  return ['| RFC 9112 | asks | shown by |', '|---|---|---|', ...rows].join('\n');
}
