"""The drawings of a page: how a phone shows them, and how axe-core is spared their parts."""

from playwright.sync_api import Page

LEAST_PIXELS = 10  # the size of the smallest letters; smaller are exponents and indices alone
MARK = 'class="wi-figure-frame"'
MEASURE = """() => [...document.querySelectorAll(".wi-figure-frame")].map((frame) => {
    const whole = frame.getBoundingClientRect();
    const drawn = [...frame.children].filter((svg) => svg.checkVisibility());
    const letters = drawn.flatMap((svg) => [...svg.querySelectorAll("use")]).filter((use) =>
        /scale\\([\\d.]+ -/.test(use.parentElement.getAttribute("transform")));
    const size = (use) => {
        const {a, b} = use.parentElement.getScreenCTM();
        return 100 * Math.hypot(a, b);  // matplotlib's letters are drawn 100 units high
    };
    const isOutside = (use) => {
        const box = use.getBoundingClientRect();
        return box.width && (box.left < whole.left - 1 || box.right > whole.right + 1
            || box.top < whole.top - 1 || box.bottom > whole.bottom + 1);
    };
    return {drawings: drawn.length, sideways: frame.scrollWidth - frame.clientWidth,
        overPage: whole.right - innerWidth, outside: letters.filter(isOutside).length,
        smallest: letters.length ? Math.min(...letters.map(size)) : null};
})"""
# axe-core looks at each element of a page, and more than half of them are strokes and letters of
# drawings, for which it has no rule: a drawing is an image with a name, and this it does judge.
# A drawing is emptied while axe-core looks if it has such parts alone, with such attributes alone.
EMPTY = """() => {
    const parts = "clipPath, defs, g, image, path, rect, use";
    const attributes = /^(clip-path|d|height|href|id|style|transform|width|x|y)$/;
    const isDrawn = (element) => element.matches(parts)
        && element.getAttributeNames().every((name) => attributes.test(name));
    const drawings = [...document.querySelectorAll("svg[role=img][aria-label]")]
        .filter((svg) => [...svg.querySelectorAll("*")].every(isDrawn))
        .map((svg) => [svg, [...svg.childNodes]]);
    drawings.forEach(([svg]) => svg.replaceChildren());
    return drawings;
}"""
REFILL = "drawings => drawings.forEach(([svg, parts]) => svg.replaceChildren(...parts))"


def faults_on_a_phone(page: Page, source: str) -> list[str]:
    """Return what is wrong with the figures of a page that is now as wide as a phone.

    Of each figure one drawing is to be shown, whole, with all its words at least ten pixels high.
    """
    found = page.evaluate(MEASURE)
    faults = [] if len(found) == source.count(MARK) else [f"{len(found)} figures were found"]
    for number, figure in enumerate(found):
        is_good = (
            figure["drawings"] == 1
            and figure["sideways"] <= 0
            and figure["overPage"] <= 0
            and figure["outside"] == 0
            and (figure["smallest"] is None or figure["smallest"] >= LEAST_PIXELS)
        )
        faults += [] if is_good else [f"figure {number}: {figure}"]
    return faults
