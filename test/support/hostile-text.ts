import fc from "fast-check";

const dollar = "$";

/** What has broken telephone systems, spreadsheets, logs and databases before, in pieces. */
const pieces = [
  ...["\r\n", "\n", "\r", "\0", "\t", "\u001b[31m", "\u0085", "\u2028", "\u202e", "\ufeff", "\ud800", "٣", "１", "😀"],
  ...["Action: Originate", "Action: Command\r\nCommand: core stop now", "Channel: all", "Variable: x=y", "\r\n\r\n"],
  ...[
    `${dollar}{SHELL(id)}`,
    `${dollar}{CURL(http://127.0.0.1)}`,
    "$[1+1]",
    `${dollar}{EVAL(${dollar}{X})}`,
    "System(id)",
    "&PJSIP/trunk",
    "Local/112@from",
  ],
  ...[
    "<sip:1@x>",
    "sip:a@b;maddr=127.0.0.1",
    "\r\nVia: x",
    "%0d%0a",
    ";transport=tcp",
    "@",
    "/",
    "//",
    "../../etc/passwd",
  ],
  ...[
    "' OR 1=1 --",
    "'; DROP TABLE call; --",
    "\\x00",
    "$$",
    "NULL",
    "{1,2}",
    '"',
    "'",
    "`id`",
    "$(id)",
    "|",
    ",",
    ";",
    "=",
  ],
  ...[
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "__proto__",
    "constructor",
  ],
  ...["PJSIP/acme-101-00000001", "1700000000.42", "+493012345678", "112", "*43"],
];

const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...pieces) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: "binary" }) },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9+*#._ -]{1,12}$/) },
);

/** Text as somebody would send who wants more than to be read. */
export const hostileText = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
