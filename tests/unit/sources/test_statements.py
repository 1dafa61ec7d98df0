import time

import pytest

from saya.sources.statements import end_of_statement
from saya.text.source import Source

TYPESCRIPT = """\
const fn = new lambda.Function(this, 'Fn', {
  handler: "a(b", // not ( this
  code: `x ${y} (
  `, /* nor ( that
  */ layers: [one], it: 'isn\\'t (',
});
new Queue(this, 'Q').grant(fn); foo(
  bar);
}).then(done);
it's, (
"""

PYTHON = '''\
handler = lambda_.Function(
    self, "Handler",  # not ( this
    code=Code.from_inline("""def f(
'"):
    pass"""),
    description='(' + "\\"(",
)
Queue(self, "Q")  # ( here
'''


@pytest.mark.parametrize(
    ("path", "text", "first", "last"),
    [
        ("a.ts", TYPESCRIPT, 1, 6),
        ("a.ts", TYPESCRIPT, 2, 2),
        ("a.ts", TYPESCRIPT, 7, 8),
        ("a.ts", TYPESCRIPT, 9, 9),
        ("a.ts", TYPESCRIPT, 10, 10),
        ("a.py", PYTHON, 1, 7),
        ("a.py", PYTHON, 8, 8),
        ("a.ts", "f(", 1, 1),
        ("a.ts", "f(" + "\n" * 300 + ")", 1, 1),
        ("a.ts", "\n" * 300 + "f(\n1)", 301, 302),
        ("a.ts", "`", 1, 1),
        ("a.py", '"""', 1, 1),
        ("a.ts", "f(\r\n  1)\r\ng()", 1, 2),
    ],
)
def test_a_statement_ends_where_its_brackets_are_closed(path, text, first, last):
    source = Source(path, text)
    end = end_of_statement(source, first)
    assert source.position(end)[0] == last
    assert text[:end].splitlines()[-1].rstrip() == source.line(last).rstrip()


@pytest.mark.parametrize("piece", ["'\\'", '"', "`\\`", "/*", "(", "'''", '"""', "\\", "//"])
@pytest.mark.parametrize("path", ["a.ts", "a.py"])
def test_the_work_is_linear(path, piece):
    started = time.process_time()
    end_of_statement(Source(path, piece * 1_000_000), 1)
    assert time.process_time() - started < 0.5
