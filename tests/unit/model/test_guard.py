from saya.model.guard import ALWAYS, Guard, both

PROD = Guard((("Prod", True),))
NOT_PROD = Guard((("Prod", False),))
ARM = Guard((), (("Arch", "arm64"),))


def test_guards_join():
    assert both(ALWAYS, PROD) is PROD
    assert both(PROD, ALWAYS) is PROD
    assert both(PROD, PROD) == PROD
    assert both(PROD, ARM) == Guard((("Prod", True),), (("Arch", "arm64"),))
    assert both(Guard((("B", True),)), Guard((("A", False),))) == Guard((("A", False), ("B", True)))


def test_contradictions_by_name():
    assert both(PROD, NOT_PROD) is None
    assert both(ARM, Guard((), (("Arch", "x86_64"),))) is None
    assert both(PROD, Guard((("Prod", False),), (("Arch", "arm64"),))) is None


def test_terms_are_counted():
    assert (ALWAYS.terms, PROD.terms, Guard((("A", True), ("B", True)), (("P", "x"),)).terms) == (0, 1, 3)
